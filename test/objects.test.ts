import { together } from './together';

together('objects');
