import { together } from './together';

together('stranger');
