import { GATEWAY_NAMESPACE, GatewayInstallation } from '../../../cluster/gateway/installation';
import { unavailableImage } from '../../../cluster/installation';
import { kind } from '../../../config/kind';
import { rehearsal } from '../../../config/rehearsal';
import { beginWithNothing } from '../shared';

export const withoutDatabase = new GatewayInstallation(kind);
export const withDatabase = new GatewayInstallation(rehearsal);

/** Why there is no Kong here. Asked before tests are declared: it is part of the names of those that are skipped. */
export function missingKong(): string | undefined {
  beginWithNothing(GATEWAY_NAMESPACE);
  // The other shape's pods would wait for their database, which Kong fills.
  withoutDatabase.apply();
  return unavailableImage(withoutDatabase.namespace, 'kong');
}
