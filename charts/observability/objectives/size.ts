/** What users are promised, over 30 days: the share of requests or events that is as it should be. */
export interface Objectives {
  /** Of the answers of the API, those that are no failure of ours. */
  readonly availability: Objective;
  /** Of the answers of the API, those that came in time. */
  readonly latency: Objective & {
    /** Milliseconds at the gateway, one of the bounds that Kong counts by. */
    readonly milliseconds: number;
  };
  /** Of the changes, those that had their effect in time, from the event to what its consumers do. */
  readonly effect: Objective & {
    /** Seconds, one of the bounds that the backend counts by. */
    readonly seconds: number;
  };
}

/** A share that is promised. */
export interface Objective {
  /** 93.1 to 99.999: less could not burn so fast that somebody is told at once. */
  readonly percent: number;
}
