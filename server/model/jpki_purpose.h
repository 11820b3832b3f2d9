/* model/jpki_purpose.h - what the two certificates on a My Number card are for (jpki.md 1.2). */
#pragma once

#include "base/span.h"

/* Each is a bit: which of them something is for is an unsigned of these. */
enum jpki_purpose { JPKI_NO_PURPOSE = 0, JPKI_SIGNATURE = 1, JPKI_AUTHENTICATION = 2 };
#define JPKI_PURPOSES 2

const char *jpki_purpose_name(enum jpki_purpose);  /* "signature" "authentication" */
enum jpki_purpose jpki_purpose_read(struct span);  /* JPKI_NO_PURPOSE: none of them */
const char *jpki_purpose_article(enum jpki_purpose); /* of the Act, who may check it: "17" "36" */
