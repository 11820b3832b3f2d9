/* store/directory.h - the directory a store lies in: made when missing, its files readable for those who may read. */
#pragma once

#include "base/problem.h"

/* Made, or there already. */
enum err directory_make_ready(const char *directory, struct problem *why);

/* Of the files LMDB has made, whatever the umask. */
enum err directory_set_modes(const char *directory, struct problem *why);
