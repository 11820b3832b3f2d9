/* front/control/routes.h - what operators ask about members, findings, sources, policies, callers, files, erasures,
 * persons and proofing: handlers, and what of it the status shows.
 */
#pragma once

#include "base/buffer.h"
#include "http/route.h"
#include "registry/finding.h"
#include "registry/import.h"
#include "store/store.h"

#define MEMBERS_BODY (64 * MIB) /* a whole federation's records at once */
#define CALLER_BODY (128 * KIB) /* with a certificate, escaped */
#define ERASURES_BODY (512 * KIB) /* some thousands of entries' IDs */
#define POLICIES_BODY (16 * MIB) /* one version's files, escaped, and the dictionary */

route_handler import_metadata;
route_handler members_list, members_change, member_show;
route_handler findings_list;
route_handler sources_list, source_refresh;
route_handler callers_list, callers_create, caller_step;
route_handler erasures_search, erasures_start;
route_handler costs_show;
route_handler proofing_step, proofing_log_show;
route_handler person_show, person_step, account_erase;
route_handler policies_list, policies_propose, policy_show, policy_step;

/* The question whose answer members_write_summary() and sources_write() make JSON of. */
struct ask members_ask(void);
struct ask sources_ask(void);

/* {"applied":1,"approved":7,"suspended":0,"withdrawn":0,"waiting":["city-office"]} */
void members_write_summary(struct buffer *, const struct ask *);
/* [{"name":"neighbour","attempted":…}…] */
void sources_write(struct buffer *, const struct ask *);

/* [{"rule":"edugain.contact-missing","errors":0,"warnings":12}…], by rule; NULL: [] */
void finding_counts_write(struct buffer *, const struct finding_tally *);

/* What an import did, or would do:
 * {"added":…,"changed":…,"unchanged":…,"removed":…,"shrank":…,"refused":[…],"findings": [counts]} */
void import_report_write(struct buffer *, const struct import_report *);

/* What waits for operators, as caller_proposals_ask() finds it: {"waiting":["bank-1"]} */
struct ask caller_proposals_ask(void);
void callers_write_summary(struct buffer *, const struct ask *);

/* Of proofing_end_ask(): null, or {"at":…,"erased":…,"actor":…,"reason":…,"resumers":N} */
void proofing_end_write(struct buffer *, const struct ask *);

/* Of policies_ask(): {"published":5,"waiting":[{"framework":…,"version":…}],"rejected":null} */
struct control;
void policies_write_summary(struct buffer *, const struct control *, const struct ask *);
