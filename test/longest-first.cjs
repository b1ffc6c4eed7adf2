const { basename } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST_LAST = ['stranger', 'main', 'charts', 'model'];

/** So that no core waits for another at the end. Jest goes by the times of the last run, which a fresh clone does not have. */
module.exports = class extends Sequencer {
  sort(tests) {
    const length = ({ path }) => LONGEST_LAST.indexOf(basename(path, '.test.ts'));
    return [...tests].sort((one, other) => length(other) - length(one));
  }
};
