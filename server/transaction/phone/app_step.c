/* transaction/phone/app_step.c - what a phone's word is looked at for: the steps' names. */
#include "transaction/phone/app_step.h"

static const char *const words[] = {
	[APP_STEP_NONE] = "none",
	[APP_STEP_USABLE] = "usable",
	[APP_STEP_PIN] = "pin",
	[APP_STEP_PASSKEY] = "passkey",
	[APP_STEP_NUMBER] = "number",
	[APP_STEP_SIGNATURE] = "signature",
};

const char *
app_step_word(enum app_step step)
{
	return words[step];
}
