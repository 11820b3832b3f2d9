/* tools/ctl/person.h - what the files of `watashictl person` share: its actions. */
#pragma once

#include "ctl/command.h"

/* person_erase.c */
command_run person_erase;
