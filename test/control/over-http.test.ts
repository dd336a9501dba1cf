import { describeControl } from './control.suite.js';
import { overHttp } from './doors.js';

describeControl(overHttp);
