/* A PKCS#11 module in front of a real one, which fails on demand: FAULT says how.
 *
 *   C_Login=0xa4          that function answers with that code
 *   C_Sign=0x32,after=2   so it does from its third call on
 *   C_Sign=flip           signatures with one bit changed
 *   C_Sign=short          signatures of 32 bytes
 *   C_GenerateKeyPair=open  private keys that can be taken out
 *   flags=0x40000         flags that every token shows besides its own
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long ulong;
typedef struct { ulong type; void *value; ulong length; } attribute;
typedef struct { unsigned char major, minor; void *functions[68]; } function_list;

enum { GET_FUNCTION_LIST = 3, GET_SLOT_LIST = 4, GET_TOKEN_INFO = 6, OPEN_SESSION = 12, LOGIN = 18, SIGN = 43, GENERATE_KEY_PAIR = 59 };
enum { CKA_EXTRACTABLE = 0x162, CKA_SENSITIVE = 0x103 };

static function_list *real;
static function_list shown;
static long calls[68];

/* The text after "NAME=", when FAULT is about it and the calls before it are over. */
static const char *fault(const char *name, int function) {
    const char *text = getenv("FAULT");
    size_t length = strlen(name);
    if (!text || strncmp(text, name, length) || text[length] != '=') return NULL;
    const char *after = strstr(text, ",after=");
    if (after && calls[function]++ < atol(after + 7)) return NULL;
    return text + length + 1;
}

static int code(const char *answer, ulong *result) {
    if (!answer || strncmp(answer, "0x", 2)) return 0;
    *result = strtoul(answer, NULL, 16);
    return 1;
}

static ulong get_slot_list(unsigned char present, ulong *slots, ulong *count) {
    ulong result;
    if (code(fault("C_GetSlotList", GET_SLOT_LIST), &result)) return result;
    return ((ulong (*)(unsigned char, ulong *, ulong *))real->functions[GET_SLOT_LIST])(present, slots, count);
}

static ulong get_token_info(ulong slot, unsigned char *info) {
    ulong result = ((ulong (*)(ulong, unsigned char *))real->functions[GET_TOKEN_INFO])(slot, info), flags;
    if (code(fault("flags", GET_TOKEN_INFO), &flags)) *(ulong *)(info + 96) |= flags;
    return result;
}

static ulong open_session(ulong slot, ulong flags, void *application, void *notify, ulong *session) {
    ulong result;
    if (code(fault("C_OpenSession", OPEN_SESSION), &result)) return result;
    return ((ulong (*)(ulong, ulong, void *, void *, ulong *))real->functions[OPEN_SESSION])(slot, flags, application, notify, session);
}

static ulong login(ulong session, ulong user, unsigned char *pin, ulong length) {
    ulong result;
    if (code(fault("C_Login", LOGIN), &result)) return result;
    return ((ulong (*)(ulong, ulong, unsigned char *, ulong))real->functions[LOGIN])(session, user, pin, length);
}

static ulong sign(ulong session, unsigned char *data, ulong length, unsigned char *signature, ulong *signed_length) {
    const char *answer = signature ? fault("C_Sign", SIGN) : NULL;
    ulong result;
    if (code(answer, &result)) return result;
    result = ((ulong (*)(ulong, unsigned char *, ulong, unsigned char *, ulong *))real->functions[SIGN])(session, data, length, signature, signed_length);
    if (answer && !strncmp(answer, "flip", 4)) signature[40] ^= 1;
    if (answer && !strncmp(answer, "short", 5)) *signed_length = 32;
    return result;
}

static ulong generate_key_pair(ulong session, void *mechanism, attribute *public, ulong publics, attribute *private, ulong privates, ulong *public_key, ulong *private_key) {
    const char *answer = fault("C_GenerateKeyPair", GENERATE_KEY_PAIR);
    ulong result;
    if (code(answer, &result)) return result;
    static unsigned char yes = 1, no = 0;
    if (answer && !strncmp(answer, "open", 4))
        for (ulong at = 0; at < privates; at++) {
            if (private[at].type == CKA_EXTRACTABLE) private[at].value = &yes;
            if (private[at].type == CKA_SENSITIVE) private[at].value = &no;
        }
    return ((ulong (*)(ulong, void *, attribute *, ulong, attribute *, ulong, ulong *, ulong *))real->functions[GENERATE_KEY_PAIR])(session, mechanism, public, publics, private, privates, public_key, private_key);
}

ulong C_GetFunctionList(function_list **list) {
    if (!real) {
        void *module = dlopen(getenv("REAL_MODULE"), RTLD_NOW);
        ulong (*get)(function_list **) = module ? (ulong (*)(function_list **))dlsym(module, "C_GetFunctionList") : NULL;
        if (!get || get(&real)) return 5;
        shown = *real;
        shown.functions[GET_FUNCTION_LIST] = (void *)C_GetFunctionList;
        shown.functions[GET_SLOT_LIST] = (void *)get_slot_list;
        shown.functions[GET_TOKEN_INFO] = (void *)get_token_info;
        shown.functions[OPEN_SESSION] = (void *)open_session;
        shown.functions[LOGIN] = (void *)login;
        shown.functions[SIGN] = (void *)sign;
        shown.functions[GENERATE_KEY_PAIR] = (void *)generate_key_pair;
    }
    *list = &shown;
    return 0;
}
