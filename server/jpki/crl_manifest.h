/* jpki/crl_manifest.h - the file that says which index files are in force: one line for each.
 *
 *     watashi revocation lists 2
 *     crl-0123456789abcdef.index 79679c33… 0 5ad8e120… 1795305600000000
 *
 * the file, SHA-256 of the anchor that vouches for it, when its signer ends; whose place the list takes
 * (crl_scope_key()) and its thisUpdate, by which it is replaced even when the file cannot be read.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

#define CRL_MANIFEST "manifest"
#define CRL_FILE_NAME 32

struct crl_manifest_line {
	char file[CRL_FILE_NAME];
	uint8_t anchor[32];
	struct instant until;       /* as struct crl_held's */
	uint8_t scope[32];
	struct instant this_update;
};

/* ERR_SYNTAX: not one of ours; ERR_LIMIT: more than `room` lines. */
enum err crl_manifest_read(struct span text, struct crl_manifest_line *out, size_t room, size_t *count,
    struct problem *why);
struct span crl_manifest_write(struct arena *, const struct crl_manifest_line *, size_t count);

/* "crl-" and sixteen digits, ".index": nothing else is ever opened or removed. */
bool crl_file_named(const char *name);
void crl_file_name(char out[CRL_FILE_NAME]);
