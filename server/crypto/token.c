/* crypto/token.c - finding a PKCS#11 token and a session on it. */
#include <stdlib.h>

#include "crypto/private_file.h"
#include "crypto/token.h"

#define PIN_LARGEST 256

enum err
token_problem(const struct token *t, CK_RV rv, const char *doing, struct problem *why)
{
	static const struct { CK_RV rv; enum err code; } codes[] = {
		{ CKR_PIN_INCORRECT, ERR_DENIED },
		{ CKR_PIN_LOCKED, ERR_DENIED },
		{ CKR_PIN_EXPIRED, ERR_DENIED },
		{ CKR_PIN_INVALID, ERR_DENIED },
		{ CKR_PIN_LEN_RANGE, ERR_DENIED },
		{ CKR_TOKEN_WRITE_PROTECTED, ERR_DENIED },
		{ CKR_MECHANISM_INVALID, ERR_UNSUPPORTED },
		{ CKR_TOKEN_NOT_PRESENT, ERR_UNAVAILABLE },
		{ CKR_DEVICE_REMOVED, ERR_UNAVAILABLE },
		{ CKR_DEVICE_ERROR, ERR_UNAVAILABLE },
	};
	enum err code = ERR_CRYPTO;

	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].rv == rv)
			code = codes[i].code;
	return problem_set(why, code, "PKCS#11", "token \"%s\": cannot %s: %s (0x%lx)", t->label, doing,
	    p11_kit_strerror(rv), (unsigned long)rv);
}

static bool
names_token(P11KitUri *uri)
{
	const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(uri);

	/* p11-kit keeps an attribute that was not given as all zero bytes. */
	return info->label[0] || info->serialNumber[0] || p11_kit_uri_get_slot_id(uri) != (CK_SLOT_ID)-1;
}

static enum err
uri_read(struct token *t, const char *text, struct problem *why)
{
	int result;
	CK_ATTRIBUTE *class;

	t->uri = p11_kit_uri_new();
	if (!t->uri)
		abort();
	result = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, t->uri);
	/* The URI may hold a PIN: it is never shown. */
	if (result != P11_KIT_URI_OK)
		return problem_set(why, ERR_SYNTAX, "RFC 7512 s2.3", "the pkcs11: URI cannot be read: %s",
		    p11_kit_uri_message(result));
	if (p11_kit_uri_get_pin_value(t->uri))
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.4",
		    "the pkcs11: URI has pin-value, which others could read; expected pin-source=file:/PATH");
	if (p11_kit_uri_any_unrecognized(t->uri))
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.3",
		    "the pkcs11: URI has an attribute that is not known");
	if (!names_token(t->uri))
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.3",
		    "the pkcs11: URI names no token; expected token=, serial= or slot-id=");
	if (!p11_kit_uri_get_attribute(t->uri, CKA_LABEL) && !p11_kit_uri_get_attribute(t->uri, CKA_ID))
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.3",
		    "the pkcs11: URI names no key; expected object= or id=");
	class = p11_kit_uri_get_attribute(t->uri, CKA_CLASS);
	if (class && *(const CK_OBJECT_CLASS *)class->pValue != CKO_PRIVATE_KEY)
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.3", "the pkcs11: URI has a type other than private");
	return OK;
}

static enum err
pin_read(struct token *t, struct problem *why)
{
	const char *source = p11_kit_uri_get_pin_source(t->uri);
	enum err err;

	if (!source)
		return OK;
	if (!span_starts(span_text(source), "file:/"))
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.4",
		    "the pkcs11: URI has a pin-source that is no file; expected pin-source=file:/PATH");
	source += strlen("file:");
	if (span_starts(span_text(source), "///"))
		source += 2;
	err = private_file_read(source, "PIN file", PIN_LARGEST, &t->pin, why);
	if (err != OK)
		return err;
	/* One line end is what an editor adds. The whole is still overwritten at the end: the size only shrinks. */
	if (t->pin.size && t->pin.data[t->pin.size - 1] == '\n')
		t->pin.size--;
	if (t->pin.size == 0)
		return problem_set(why, ERR_SYNTAX, "", "PIN file %s holds no PIN", source);
	return OK;
}

static enum err
modules_load(struct token *t, struct problem *why)
{
	const char *path = p11_kit_uri_get_module_path(t->uri);
	CK_RV rv;

	if (!path) {
		t->modules = p11_kit_modules_load_and_initialize(0);
		if (!t->modules)
			return problem_set(why, ERR_CRYPTO, "PKCS#11",
			    "cannot load the modules p11-kit is configured with: %s", p11_kit_message());
		return OK;
	}
	t->modules = t->named;
	t->modules[0] = p11_kit_module_load(path, 0);
	if (!t->modules[0])
		return problem_set(why, ERR_CRYPTO, "PKCS#11", "cannot load the module %s: %s", path,
		    p11_kit_message());
	rv = p11_kit_module_initialize(t->modules[0]);
	if (rv != CKR_OK) {
		p11_kit_module_release(t->modules[0]);
		t->modules[0] = NULL;
		return problem_set(why, ERR_CRYPTO, "PKCS#11", "cannot initialize the module %s: %s", path,
		    p11_kit_strerror(rv));
	}
	return OK;
}

static bool
module_matches(const struct token *t, CK_FUNCTION_LIST *module)
{
	const char *wanted = p11_kit_uri_get_module_name(t->uri);
	char *name = wanted ? p11_kit_module_get_name(module) : NULL;
	bool matches = !wanted || (name && strcmp(name, wanted) == 0);
	CK_INFO info;

	free(name);
	return matches && module->C_GetInfo(&info) == CKR_OK && p11_kit_uri_match_module_info(t->uri, &info);
}

#define SLOTS 256

/* Every slot with a token that the URI means; `*count` of them, of which the last is noted. */
static void
slots_look(struct token *t, CK_FUNCTION_LIST *module, CK_SLOT_ID *slot, CK_TOKEN_INFO *token, size_t *count)
{
	CK_SLOT_ID slots[SLOTS], wanted = p11_kit_uri_get_slot_id(t->uri);
	CK_ULONG found = SLOTS;
	CK_SLOT_INFO slot_info;
	CK_TOKEN_INFO info;

	if (module->C_GetSlotList(CK_TRUE, slots, &found) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < found; i++) {
		if ((wanted != (CK_SLOT_ID)-1 && wanted != slots[i]) ||
		    module->C_GetSlotInfo(slots[i], &slot_info) != CKR_OK ||
		    !p11_kit_uri_match_slot_info(t->uri, &slot_info) ||
		    module->C_GetTokenInfo(slots[i], &info) != CKR_OK || !p11_kit_uri_match_token_info(t->uri, &info))
			continue;
		*slot = slots[i];
		*token = info;
		t->module = module;
		++*count;
	}
}

static enum err
log_in(struct token *t, const CK_TOKEN_INFO *info, struct problem *why)
{
	CK_RV rv;

	if (!(info->flags & CKF_LOGIN_REQUIRED))
		return OK;
	if (!t->pin.size && !(info->flags & CKF_PROTECTED_AUTHENTICATION_PATH))
		return problem_set(why, ERR_DENIED, "RFC 7512 s2.4",
		    "token \"%s\" wants a PIN; expected pin-source=file:/PATH in the URI", t->label);
	rv = t->module->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)t->pin.data, t->pin.size);
	/* Logging in counts for all sessions of a process: another key of this token was first. */
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
		return token_problem(t, rv, "log in", why);
	return OK;
}

static enum err
session_open(struct token *t, bool writable, struct problem *why)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
	CK_SLOT_ID slot = 0;
	CK_TOKEN_INFO info;
	size_t count = 0;
	char *label;
	CK_RV rv;

	for (CK_FUNCTION_LIST **m = t->modules; *m; m++)
		if (module_matches(t, *m))
			slots_look(t, *m, &slot, &info, &count);
	if (count == 0)
		return problem_set(why, ERR_UNAVAILABLE, "RFC 7512 s2.5",
		    "no token present is the one the pkcs11: URI names");
	if (count > 1)
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.5",
		    "%zu tokens are as the pkcs11: URI says; expected one", count);
	label = p11_kit_space_strdup(info.label, sizeof(info.label));
	if (!label)
		abort();
	strncpy(t->label, label, sizeof(t->label) - 1);
	free(label);
	rv = t->module->C_OpenSession(slot, flags, NULL, NULL, &t->session);
	if (rv != CKR_OK) {
		t->session = 0;
		return token_problem(t, rv, "open a session", why);
	}
	return log_in(t, &info, why);
}

enum err
token_open(struct token *t, const char *uri, bool writable, struct problem *why)
{
	enum err err;

	*t = (struct token){ 0 };
	if ((err = uri_read(t, uri, why)) != OK || (err = pin_read(t, why)) != OK ||
	    (err = modules_load(t, why)) != OK || (err = session_open(t, writable, why)) != OK)
		token_close(t);
	return err;
}

void
token_session_close(struct token *t)
{
	if (t->session)
		t->module->C_CloseSession(t->session);
	t->session = 0;
}

enum err
token_session_renew(struct token *t, struct problem *why)
{
	enum err err;

	token_session_close(t);
	err = session_open(t, false, why);
	if (err != OK)
		token_session_close(t);
	return err;
}

void
token_close(struct token *t)
{
	token_session_close(t);
	if (t->modules && t->modules != t->named)
		p11_kit_modules_finalize_and_release(t->modules);
	if (t->named[0]) {
		p11_kit_module_finalize(t->named[0]);
		p11_kit_module_release(t->named[0]);
	}
	private_file_free(&t->pin);
	p11_kit_uri_free(t->uri);
	*t = (struct token){ 0 };
}
