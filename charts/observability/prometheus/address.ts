/** Every path of Prometheus begins so, behind the gateway and beside it alike. */
export const PATH = '/prometheus';
