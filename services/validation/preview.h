/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preview - what publishing a draft would change on the last file: tasks that answer as streams.
 *
 * One thread for each preview, which copies referenced values (with a connection of its own), runs
 * a task process and hands events to the loop. The stream is the handle: its end cancels the task.
 */
#ifndef VALIDATION_PREVIEW_H
#define VALIDATION_PREVIEW_H

enum { PREVIEW_AT_ONCE = 2 };

/* preview_busy - previews under way. Any thread. */
int preview_busy(void);

/* preview_stop - cancel all of them and take no more: the service ends. */
void preview_stop(void);

#endif
