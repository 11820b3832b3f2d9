/* tools/card/smartcard.c - a card through PKCS#11. */
#include "card/smartcard.h"

#include <string.h>

/* What OpenSC calls them, where the certificate cannot be seen yet. */
static const char *const labels[] = {
	[JPKI_SIGNATURE] = "Digital Signature",
	[JPKI_AUTHENTICATION] = "User Authentication",
};

static enum err
module_problem(CK_RV rv, const char *doing, struct problem *why)
{
	static const struct { CK_RV rv; enum err code; } codes[] = {
		{ CKR_PIN_INCORRECT, ERR_DENIED },
		{ CKR_PIN_LOCKED, ERR_DENIED },
		{ CKR_PIN_LEN_RANGE, ERR_DENIED },
		{ CKR_PIN_INVALID, ERR_DENIED },
		{ CKR_TOKEN_NOT_PRESENT, ERR_UNAVAILABLE },
		{ CKR_DEVICE_REMOVED, ERR_UNAVAILABLE },
		{ CKR_DEVICE_ERROR, ERR_UNAVAILABLE },
	};
	enum err code = ERR_CRYPTO;

	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].rv == rv)
			code = codes[i].code;
	return problem_set(why, code, "PKCS#11", "the card cannot %s: %s (0x%lx)", doing, p11_kit_strerror(rv),
	    (unsigned long)rv);
}

enum err
module_open(const char *path, CK_FUNCTION_LIST **out, struct problem *why)
{
	CK_RV rv;

	*out = p11_kit_module_load(path, 0);
	if (!*out)
		return problem_set(why, ERR_NOT_FOUND, "PKCS#11", "the module %s cannot be loaded: %s", path,
		    p11_kit_message());
	rv = p11_kit_module_initialize(*out);
	if (rv == CKR_OK)
		return OK;
	p11_kit_module_release(*out);
	*out = NULL;
	return problem_set(why, ERR_CRYPTO, "PKCS#11", "the module %s cannot be started: %s", path,
	    p11_kit_strerror(rv));
}

void
module_close(CK_FUNCTION_LIST *module)
{
	if (!module)
		return;
	p11_kit_module_finalize(module);
	p11_kit_module_release(module);
}

/* Labels are filled up with blanks. */
static void
label_read(struct smartcard *t)
{
	size_t size = sizeof(t->info.label);

	while (size && t->info.label[size - 1] == ' ')
		size--;
	memcpy(t->label, t->info.label, size);
	t->label[size] = '\0';
}

enum err
smartcards_list(CK_FUNCTION_LIST *module, struct smartcard out[SMARTCARDS], size_t *count, struct problem *why)
{
	CK_SLOT_ID slots[SMARTCARDS];
	CK_ULONG found = SMARTCARDS;
	CK_RV rv = module->C_GetSlotList(CK_TRUE, slots, &found);

	*count = 0;
	if (rv != CKR_OK)
		return module_problem(rv, "be looked for", why);
	for (CK_ULONG i = 0; i < found; i++) {
		struct smartcard *t = &out[*count];

		*t = (struct smartcard){ .module = module, .slot = slots[i] };
		if (module->C_GetTokenInfo(slots[i], &t->info) != CKR_OK || !(t->info.flags & CKF_TOKEN_INITIALIZED))
			continue;
		label_read(t);
		t->pin_least = t->info.ulMinPinLen;
		t->pin_most = t->info.ulMaxPinLen;
		++*count;
	}
	return OK;
}

enum err
smartcard_session(struct smartcard *t, struct problem *why)
{
	CK_RV rv = t->module->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);

	if (rv == CKR_OK)
		return OK;
	t->session = 0;
	return module_problem(rv, "be opened", why);
}

void
smartcard_close(struct smartcard *t)
{
	if (!t->session)
		return;
	t->module->C_Logout(t->session);
	t->module->C_CloseSession(t->session);
	t->session = 0;
}

/* By what can be seen of it, or by its name. */
static bool
smartcard_is_for(const struct smartcard *t, enum jpki_purpose purpose, struct problem *why)
{
	struct smartcard_certificate certificates[SMARTCARD_CERTIFICATES];
	struct arena a = arena_init(4 * MIB);
	bool fits = strstr(t->label, labels[purpose]) != NULL;
	size_t count = 0;

	if (smartcard_certificates(t, &a, certificates, &count, why) == OK)
		for (size_t i = 0; i < count; i++)
			fits = fits || (certificates[i].uses & (unsigned)purpose) != 0;
	/* OpenSC shows nearly everything in each of its tokens: what is named for the other purpose is not meant. */
	for (int other = JPKI_SIGNATURE; other <= JPKI_AUTHENTICATION; other++)
		if (other != (int)purpose && strstr(t->label, labels[other]))
			fits = false;
	arena_release(&a);
	return fits;
}

enum err
smartcard_find(CK_FUNCTION_LIST *module, enum jpki_purpose purpose, const char *label, struct smartcard *out,
    struct problem *why)
{
	struct smartcard tokens[SMARTCARDS];
	size_t count, fitting = 0;
	enum err err = smartcards_list(module, tokens, &count, why);

	*out = (struct smartcard){ 0 };
	for (size_t i = 0; err == OK && i < count; i++) {
		struct smartcard *t = &tokens[i];

		if (label && strcmp(t->label, label) != 0)
			continue;
		if ((err = smartcard_session(t, why)) != OK)
			break;
		if (label || smartcard_is_for(t, purpose, why)) {
			fitting++;
			smartcard_close(out);
			*out = *t;
		} else {
			smartcard_close(t);
		}
	}
	if (err == OK && fitting == 0)
		err = problem_set(why, ERR_NOT_FOUND, "PKCS#11", "of %zu tokens present, none is for %s", count,
		    jpki_purpose_name(purpose));
	if (err == OK && fitting > 1)
		err = problem_set(why, ERR_CONFLICT, "PKCS#11", "%zu tokens are for %s; --token-label LABEL says which",
		    fitting, jpki_purpose_name(purpose));
	if (err != OK)
		smartcard_close(out);
	return err;
}

/* The PIN */

enum pin_state
smartcard_pin_state(struct smartcard *t)
{
	t->module->C_GetTokenInfo(t->slot, &t->info);
	if (t->info.flags & CKF_USER_PIN_LOCKED)
		return PIN_LOCKED;
	if (t->info.flags & CKF_USER_PIN_FINAL_TRY)
		return PIN_LAST_TRY;
	return t->info.flags & CKF_USER_PIN_COUNT_LOW ? PIN_WAS_WRONG : PIN_FINE;
}

bool
smartcard_pin_possible(const struct smartcard *t, struct span pin)
{
	return pin.size >= t->pin_least && (t->pin_most == 0 || pin.size <= t->pin_most);
}

enum err
smartcard_login(struct smartcard *t, struct span pin, struct problem *why)
{
	CK_RV rv = t->module->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin.data, pin.size);

	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? OK : module_problem(rv, "take the PIN", why);
}
