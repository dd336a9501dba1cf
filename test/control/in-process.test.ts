import { describeControl } from './control.suite.js';
import { inProcess } from './doors.js';

describeControl(inProcess);
