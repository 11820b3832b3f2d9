/* tools/ctl/member.h - what the files of `watashictl member` share: records in files, and findings as people read
 * them. */
#pragma once

#include <jansson.h>

#include "ctl/client.h"

command_run member_apply, member_change, member_diff, member_step, member_check;

/* The operators' card of a member (front/control/control.h). */
enum err member_card_ask(struct ctl *, const char *id, json_t **answer, struct problem *why);
/* A JSON value as indented lines, each member on its own. */
void member_value_show(const char *name, const json_t *value, int depth);

/* Records taken from files: one record, an array of them, or {"changes": […]}, as front/control/control.h has it. */
struct record_file {
	const char *label;   /* "FILE", or "FILE: /2" for one of several */
	json_t *change;      /* {"action":…,"id":…,"record":…} */
};
struct record_files {
	struct record_file *items;
	size_t count;
};

/* Adds what is in the file; a bare record becomes a change with `action`. */
enum err record_files_add(struct ctl *, const char *path, const char *action, struct record_files *,
    struct problem *why);
void record_files_release(struct record_files *);

/* One element of a list of findings, on two lines. */
void finding_show(const json_t *finding);
/* "3 errors, 12 warnings": how many of each stand in the list; `*errors` may be NULL. */
const char *findings_sum(struct ctl *, const json_t *findings, size_t *errors);
/* [{"rule","errors","warnings"}], a line each. */
void finding_counts_show(const json_t *counts);
