/** `test`, or, where something is missing, a test that is skipped and says why in its name. */
export function unless(missing: string | undefined): (sentence: string, proof: jest.ProvidesCallback) => void {
  return (sentence, proof) => {
    if (missing) test.skip(`${sentence} (skipped: ${missing})`, proof);
    else test(sentence, proof);
  };
}
