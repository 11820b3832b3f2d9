/* tests/crypto/softhsm.h - a SoftHSM2 token of a test's own: its configuration, objects and PIN lie in the test's directory. */
#pragma once

#include "crypto/scratch.h"

#define SOFTHSM_URI_ROOM 512

static inline const char *
softhsm_module(void)
{
	static const char *const places[] = {
		"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
		"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
	};

	for (size_t i = 0; i < COUNT(places); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

/* Makes a token "watashi-test" with the PIN 1234, its PIN in the file `pin`. False, with the reason printed, without SoftHSM2. */
static inline bool
softhsm_start(const struct scratch *dir)
{
	char configuration[256];

	if (!softhsm_module() || !has_program("softhsm2-util")) {
		print_message("SoftHSM2 is not installed: keys in tokens are not tried\n");
		return false;
	}
	snprintf(configuration, sizeof(configuration),
	    "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", dir->path);
	mkdir(scratch_path(dir, "tokens"), 0700);
	scratch_write(dir, "softhsm2.conf", span_text(configuration), 0600);
	scratch_write(dir, "pin", span_text("1234\n"), 0600);
	scratch_write(dir, "wrong-pin", span_text("4321\n"), 0600);
	setenv("SOFTHSM2_CONF", scratch_path(dir, "softhsm2.conf"), 1);
	if (scratch_run(dir, "softhsm2-util --init-token --free --label watashi-test --so-pin 12345678 --pin 1234"))
		fail_msg("softhsm2-util cannot make a token in %s", dir->path);
	return true;
}

/* `names`: "object=a;id=%01". */
static inline const char *
softhsm_uri(const struct scratch *dir, const char *names, char out[SOFTHSM_URI_ROOM])
{
	snprintf(out, SOFTHSM_URI_ROOM, "pkcs11:token=watashi-test;%s?module-path=%s&pin-source=file:%s/pin", names,
	    softhsm_module(), dir->path);
	return out;
}
