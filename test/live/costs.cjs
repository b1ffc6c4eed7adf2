const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(0).padStart(6)} s`;

/** Ends the suite with what each of its files cost. */
module.exports = class {
  onRunComplete(_, { startTime, testResults }) {
    const lines = testResults.map(({ testFilePath, perfStats, numFailingTests, testExecError }) => {
      const failed = numFailingTests > 0 || testExecError ? '  failed' : '';
      return `${seconds(perfStats.end - perfStats.start)}  ${testFilePath.split('/').at(-1)}${failed}`;
    });
    console.info(
      ['\nWhat each file cost', ...lines.sort((one, other) => one.slice(10).localeCompare(other.slice(10)))].join('\n'),
    );
    console.info(`${seconds(Date.now() - startTime)}  all together, without taking away what was installed`);
  }
};
