import { together } from '../together';

together('kong/model');
