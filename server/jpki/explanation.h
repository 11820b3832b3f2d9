/* jpki/explanation.h - the steps of a verification in people's words, in both of the house's languages: what each is
 * called, and what it means that it came out so. What exactly was expected and found is the step's own text.
 */
#pragma once

#include "model/examination.h"

struct jpki_words {
	const char *ja, *en;
};

/* Of a step that nobody knows: its word. */
struct jpki_words jpki_step_title(const char *step);
struct jpki_words jpki_step_meaning(const char *step, enum outcome);
