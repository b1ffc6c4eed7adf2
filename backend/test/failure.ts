/** An error as a library throws it, with what else it says of itself. */
export const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);
