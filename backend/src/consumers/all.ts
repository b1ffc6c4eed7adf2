import { analytics } from './analytics.ts';
import { audit } from './audit.ts';
import { billing } from './billing.ts';
import type { Consumer } from './consumer.ts';
import { notification } from './notification.ts';
import { provisioning } from './provisioning.ts';

export const consumers: readonly Consumer[] = [notification, billing, provisioning, analytics, audit];
