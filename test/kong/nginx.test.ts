import { together } from '../together';
import { missing, nginx } from './nginx-server';

beforeAll(async () => {
  if (!missing) await nginx.start();
});
afterAll(() => nginx.stop());

together('kong/nginx');
