// SPDX-License-Identifier: Apache-2.0
// stories - all browser tests, in the order a newcomer would walk.
import { run } from './harness.mjs';
import './a_door.mjs';
import './b_first_file.mjs';
import './c_take_back.mjs';
import './d_runs.mjs';
import './e_uploads.mjs';
import './f_live.mjs';
import './g_keys.mjs';
import './h_screens.mjs';
import './i_report.mjs';
import './j_choice.mjs';

await run();
