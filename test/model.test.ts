import { together } from './together';

// What takes little time once there are all environments and dist is read.
together('docs', 'kong/model', 'lib', 'objects');
