/* tools/testcard/command.h - the commands of testcard. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "common/options.h"
#include "testcard/holder.h"

#define PROGRAM "watashi-testcard"

command_function init_command, citizen_command, revoke_command, crl_command, ocsp_command, play_command,
    unblock_command, wrong_command;

/* "watashi-testcard: …" on standard error; FAILED. */
enum ending failed(const struct problem *);

/* RFC 3339 in `text`; NULL: now. */
enum err option_time(const char *name, const char *text, struct instant *out, struct problem *why);
