import * as k8s from '../imports/k8s';

/** The port, by name, accepts connections. */
export const tcp = (port: string): k8s.Probe => ({ tcpSocket: { port: k8s.IntOrString.fromString(port) } });

/** GET `path` on the port, by name, answers 200 to 399. */
export const http = (port: string, path: string): k8s.Probe => ({
  httpGet: { port: k8s.IntOrString.fromString(port), path },
});

/** The command exits with 0. */
export const exec = (...command: string[]): k8s.Probe => ({ exec: { command } });
