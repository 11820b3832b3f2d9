/* tools/ctl/jpki.c - `watashictl jpki`: its actions. */
#include "ctl/jpki.h"

static const struct action actions[] = {
	{ "verify", "explain certificates and signed documents, step by step, without the daemon", jpki_verify_files },
	{ "crl", "take revocation lists in, show and erase them, without the daemon", jpki_crl },
	{ "costs", "who owes what for checks of certificates in a month", jpki_costs },
	{ "log", "the operation log of checks of certificates", jpki_log },
	{ "end", "end proofing: nobody is proved any more, what was received is erased", jpki_end },
	{ "resume", "take proofing up again", jpki_resume },
};

enum ending
jpki_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
