/* jpki/operator_answer.h - a question to an operator's API and its answer as JSON (schemas/jpki-status.schema.json). */
#pragma once

#include "base/buffer.h"
#include "jpki/operator_call.h"
#include "jpki/revocation.h"

/* {"issuer_key_id":"…","serial":"…","purpose":"signature","medium":"card"}. Its issuer and profile are known. */
void operator_question_write(struct buffer *, const struct jpki_certificate *);

/* What the answer says, when it is of the form and of this time: it may be `oldest` old, and clocks may differ by
 * `skew`. Whatever is wrong is UNAVAILABLE with its text. */
void operator_answer_judge(struct span json, int64_t oldest, int64_t skew, struct instant now,
    struct revocation_answer *out);
