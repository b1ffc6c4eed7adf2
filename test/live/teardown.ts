import { remove } from '../../cluster/installation';
import { NAMESPACES } from './setup';

export default function teardown(): void {
  if (!process.env['LIVE_KEEP']) remove(...NAMESPACES);
}
