/* transaction/proofing/report.h - what verifications cost in a period, from the log and the registry.
 *
 *     members, a part at a time: who entrusts the work -> the log, backwards, a part at a time -> costs
 */
#pragma once

#include "transaction/proofing/cost.h"

struct proofing_report {
	struct cost_settings settings;
	struct span operator;        /* member id of who runs this server; empty: nobody entrusts anything */
	struct instant from, until;
};

/* `costs` are the callback's to read, until it returns. What is pointed to stays the caller's until then.
 * ERR_UNAVAILABLE: a row that this build cannot read; a sum without it would be wrong. */
typedef void on_proofing_report(void *arg, enum err, const struct costs *, const struct problem *why);
struct pending *proofing_report_start(struct store *, const struct proofing_report *, on_proofing_report *, void *arg);
