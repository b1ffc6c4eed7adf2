const { default: Sequencer } = require('@jest/test-sequencer');

/** By name: the files are numbered, and each finds the cluster as the one before left it. */
module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => one.path.localeCompare(other.path));
  }
};
