import type { Board } from '../charts/observability/grafana/boards/board';
import { boardJson } from '../charts/observability/grafana/boards/render';

/** What Grafana reads, as far as tests look at it. */
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly panels: {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description: string;
    readonly collapsed?: boolean;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource?: object;
    readonly targets?: { readonly refId: string; readonly datasource: object; readonly instant: boolean }[];
    readonly fieldConfig?: { readonly defaults: { readonly thresholds: { readonly steps: object[] } } };
  }[];
}

/** A board as Grafana gets it. */
export const drawn = (board: Board): Dashboard => JSON.parse(boardJson(board));
