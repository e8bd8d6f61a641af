/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banned - functions nobody may call: unbounded, racy, locale-bound or silently wrong ones.
 *
 * Force-included into every file of ours by the Makefile. The headers that declare the names come
 * first, because a poisoned name may not even be declared afterwards. Source: git's banned.h.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* No bound on what is written. */
#pragma GCC poison strcpy strcat sprintf vsprintf gets stpcpy
/* Leave the result without its NUL, or hide truncation. */
#pragma GCC poison strncpy strncat
/* Hidden state, shared between threads. */
#pragma GCC poison strtok asctime ctime gmtime localtime
/* No way to see a wrong number; text_parse_i64 does. */
#pragma GCC poison atoi atol atoll atof
/* A name another process can take first. */
#pragma GCC poison tmpnam tempnam mktemp

#endif
