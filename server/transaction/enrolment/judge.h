/* transaction/enrolment/judge.h - whose account an enrolment is for, and whether it may be taken over. Pure.
 *
 *     certificate's owner, else its relatives' -> that account, if nobody else is logged in
 *     neither -> who is logged in, if it can be the same person -> else whoever looks so -> else a new one
 */
#pragma once

#include "transaction/enrolment/enrolment.h"

struct enrolment_standing {
	bool reissue;
	struct id owner;             /* the account that the certificate belongs to; zero: nobody's */
	const struct id *relatives;  /* the accounts of its person's other certificates, each once */
	size_t relative_count;
	struct id here;              /* who is logged in, or was opened in this enrolment; zero: nobody */
	const struct id *similar;    /* accounts that look so */
	size_t similar_count;
};
struct enrolment_verdict {
	enum enrolment_account account;
	struct id found;             /* of this, and of existing */
	const char *failed;          /* NULL: it may be taken over, as far as this can tell */
};
struct enrolment_verdict enrolment_judge(const struct enrolment_standing *);

/* Of a word that something failed for. */
struct localized enrolment_failure_words(const char *failed);
