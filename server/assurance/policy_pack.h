/* assurance/policy_pack.h - the files of a version as one block of bytes: sorted by name, canonical. */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

#define POLICY_PACK_LARGEST (FRAMEWORK_LARGEST + 64 * KIB)
void policy_files_pack(struct buffer *, const struct policy_files *);
/* Texts are borrowed from the block; names are in the arena. */
enum err policy_files_unpack(struct arena *, struct span, struct policy_files *out, struct problem *why);
/* By name, for who gathers them in another order. */
void policy_files_sort(struct policy_files *);
/* NULL: no such file. */
const struct policy_file *policy_file_find(const struct policy_files *, struct span name);

/* Whether it can be the name of a version's file: segments of a-z 0-9 - . _ + with a slash between. */
#define POLICY_FILE_NAME_LARGEST 128
bool policy_file_name_valid(struct span);
