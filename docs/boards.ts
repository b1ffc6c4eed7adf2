import { boards } from '../charts/observability/grafana/boards/all';
import { panels, queries } from '../charts/observability/grafana/boards/board';
import { production } from '../config/production';
import { code, table } from './markdown';
import { cluster } from './model';

/** Every board, and how much is on it. */
export const boardList = (): string =>
  table(
    ['Folder', 'Board', 'Address', 'Panels', 'Queries'],
    boards(production).map((board) => [
      ...[board.folder, board.title, code(`${cluster.grafana.path}/d/${board.uid}`)],
      ...[panels(board).length, queries([board]).length],
    ]),
  );
