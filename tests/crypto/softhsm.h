/* tests/crypto/softhsm.h - a SoftHSM2 token of a test's own: configuration, objects and PIN in the test's directory. */
#pragma once

#include <dlfcn.h>

#include "crypto/scratch.h"

#define SOFTHSM_URI_ROOM 512

#ifdef __has_feature
#define SOFTHSM_SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SOFTHSM_SANITIZED 1
#else
#define SOFTHSM_SANITIZED 0
#endif

#if SOFTHSM_SANITIZED
/* SoftHSM2 2.6.1 forgets a name of the curve with each use of an Ed25519 key. Whole stacks tell its leaks from ours.
 * Visible, for gcc's sanitizer is a shared library that looks for them. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *
__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions(void)
{
	return "leak:libsofthsm2.so";
}
#endif

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

/* Makes a token "watashi-test" with the PIN 1234, which is in the file `pin`. False, with the reason printed, when
 * there is no SoftHSM2. */
static inline bool
softhsm_start(const struct scratch *dir)
{
	char configuration[256];

	if (!softhsm_module() || !has_program("softhsm2-util")) {
		print_message("SoftHSM2 is not installed: keys in tokens are not tried\n");
		return false;
	}
	/* Kept in memory, for a stack through a library that is gone has no names. */
	if (SOFTHSM_SANITIZED && !dlopen(softhsm_module(), RTLD_NOW | RTLD_NODELETE))
		fail_msg("%s", dlerror());
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
