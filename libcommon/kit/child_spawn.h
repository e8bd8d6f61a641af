/* SPDX-License-Identifier: Apache-2.0 */
/* child_spawn - fork one child with its five descriptors; for child.c and its test only. */
#ifndef KIT_CHILD_SPAWN_H
#define KIT_CHILD_SPAWN_H

#include <sys/types.h>

#include "kit/child.h"

enum { CHILD_FDS = 5 };

/*
 * child_spawn - fork and execute one child; on the thread the child shall die with.
 *
 * fd       what becomes descriptor 0..4 of the child; all at least CHILD_FDS; borrowed
 * out_pid  written only on success
 *
 * Errors  ERR_BUSY      out of processes or memory
 *         ERR_INTERNAL  the program cannot be executed
 */
int child_spawn(const struct child_spec *spec, const int fd[CHILD_FDS], pid_t *out_pid,
    struct err *err) MUST_CHECK;

#endif
