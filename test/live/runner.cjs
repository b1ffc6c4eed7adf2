const { default: Runner } = require('jest-runner');

const numberOf = ({ path }) => path.match(/(\d+)-[^/]*$/)[1];

/** Files of one number run beside each other, each in a namespace of its own; all others alone, in the order of their names. */
module.exports = class extends Runner {
  async runTests(tests, watcher, options) {
    const numbers = [...new Set(tests.map(numberOf))];
    for (const number of numbers) {
      const beside = tests.filter((test) => numberOf(test) === number);
      await super.runTests(beside, watcher, { ...options, serial: beside.length === 1 });
    }
  }
};
