export interface Pod {
  readonly metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  readonly spec: { nodeName: string };
  readonly status: {
    phase?: string;
    podIP?: string;
    conditions?: { type: string; status: string; lastTransitionTime: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly containerID: string;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly state: { waiting?: { reason: string; message?: string }; running?: { startedAt: string } };
}

/** The status of a pod's main container, which has the workload's name; what stands beside it has others. */
export const mainContainer = ({ metadata, status }: Pod) =>
  status.containerStatuses?.find(({ name }) => name === metadata.labels['app.kubernetes.io/name']);

export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && !!status.containerStatuses?.every(({ ready }) => ready);
