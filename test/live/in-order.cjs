const { default: Sequencer } = require('@jest/test-sequencer');

/** By name, so that files which share an installation follow each other; any other order works, and takes longer. */
module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => one.path.localeCompare(other.path));
  }
};
