/** Those that have come before, in their order: of three that are the same the second and the third. */
export const repeated = <T>(all: readonly T[]): T[] => all.filter((each, index) => all.indexOf(each) !== index);
