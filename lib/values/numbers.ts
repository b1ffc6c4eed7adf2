import { type Check, complaint, must } from './check';

/** A whole number of `least` to `most`. @param unit what is counted, with a space before it */
export const whole =
  (least: number, most: number, unit = ''): Check<number> =>
  (name, value) => {
    if (!Number.isInteger(value) || Number(value) < least) {
      return [complaint(name, value, `a whole number of ${least} or more${unit}`)];
    }
    return Number(value) > most ? [complaint(name, value, `a whole number of ${least} to ${most}${unit}`)] : [];
  };

/** Above 0, and not more than `most`. */
export const share = (most: number): Check<number> =>
  must(`a number above 0 and up to ${most}`, (value) => typeof value === 'number' && value > 0 && value <= most);
