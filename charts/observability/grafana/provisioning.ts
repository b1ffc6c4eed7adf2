import { Yaml } from 'cdk8s';
import type { Content } from '../../../lib/content';
import { nativeFile } from '../../../lib/native-file';
import type { Board } from './boards/board';
import { boardJson } from './boards/render';

const PROVISIONING = '/etc/grafana/provisioning';
const BOARDS = '/etc/grafana-boards';

/** How a folder is called in paths. */
const slug = (folder: string) => folder.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
const directoryOf = ({ folder }: Board) => `${BOARDS}/${slug(folder)}`;

/** Where the file of a board is. */
export const pathOf = (board: Board) => `${directoryOf(board)}/${board.uid}.json`;

/** The folders, each with the directory that its boards are read from. */
const providers = (boards: readonly Board[]) =>
  [...new Set(boards.map(({ folder }) => folder))].map((folder) => ({
    name: folder,
    folder,
    folderUid: slug(folder),
    type: 'file',
    // What is changed in a browser would be gone with the pod.
    allowUiUpdates: false,
    options: { path: directoryOf(boards.find((board) => board.folder === folder)!) },
  }));

/**
 * What Grafana reads when it starts, by path.
 * @see https://grafana.com/docs/grafana/v12.4/administration/provisioning/
 */
export const provisioned = (boards: readonly Board[]): Record<string, Content> => ({
  [`${PROVISIONING}/datasources/prometheus.yml`]: nativeFile(__dirname, 'datasources.yml'),
  [`${PROVISIONING}/dashboards/boards.yml`]: Yaml.stringify({ apiVersion: 1, providers: providers(boards) }),
  ...Object.fromEntries(boards.map((board) => [pathOf(board), () => boardJson(board)])),
});
