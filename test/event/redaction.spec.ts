import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_SECRET_NAMES, secretNames } from '../../src/event/redaction.js';

const isSecret = secretNames();

// Each line: one idea in several spellings.
const SECRET = `
  password Password PASSWORD passWord passwords PASSWORDS2 password1 _password $password
  user_password userPassword USER_PASSWORD user-password user.password UserPasswords userpassword dbpassword
  passwordHash PasswordHash password_hash passwordhash PASSWORDHASH hashedPassword encryptedpassword passwordResetAt
  passwd user_passwd userpasswd pwd PWD user_pwd newPwd passphrase keyPassphrase passcode passcodes
  secret secrets clientSecret client_secret CLIENT_SECRETS clientsecret secretKey secretkey secret_access_key
  token tokens Token TOKENS accessToken access_token accesstoken refreshTokens XAuthToken x-auth-token xApiToken csrftoken
  tokenHash tokenhash token2 oauth2Token oauth2token id_token IDToken IDTokens apiTokenID
  apiKey api_key API_KEY api-key 'api key' apikey APIKey APIKeys apiKeys xApiKey x-api-key stripeapikey STRIPE_API_KEY apiKeyId
  accessKey AccessKeyId private_key privatekey PRIVATE-KEY signingKey encryptionKeys encryptionkey
  ATMPin XOtpCode USPwd
  otp OTP otpCode OTPs totp totpSecret pin PIN pinCode cardPin pins user_pin_2
  cvv CVV2 cvc cardCvc ssn SSN SSNs ssnLast4 ssn_last_4 employeeSsn
  credential credentials Credentials userCredentials usercredentials webauthn_credential
  authorization Authorization AUTHORIZATION proxy-authorization
  cookie cookies Set-Cookie sessionCookies sessioncookie
  cardNumber card_number CARD_NUMBER cardnumber creditCard creditcardnumber credit_cards creditCardNumbers
  recoveryCode recovery_codes recoverycodes iban IBAN customerIban ibans
`;
const HARMLESS = `
  passenger passengers compass passport bypass pass passed surpass passive
  tokenize tokenizer tokenized tokenization
  secretary secretariat secretion secretly
  pinned pinnedAt spinner spinning pinterest opinion opinions shipping pineapple mapping spin
  cookiecutter authorizeUrl authorizedBy author authors authority
  key keys keyboard monkey primaryKey foreign_key publicKey keyId apiVersion api apis
  card cardId cardHolder number creditLimit credits discard
  ssl session sessionId sessions passion assignment lesson
  code codes recovery recoverable optional adopt option options prototype
  hash salt digest value values checksum
  id ID name email phone amount status createdAt address addresses cvs civic
  urban caliban libanese
`;
const names = (text: string): string[] =>
  [...text.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

describe('by default', () => {
  it.each(names(SECRET))('%s is a secret', (name) => {
    expect(isSecret(name)).toBe(true);
  });

  it.each(names(HARMLESS))('%s is none', (name) => {
    expect(isSecret(name)).toBe(false);
  });

  it('no text at all is a secret by accident', () => {
    for (const name of ['', ' ', '_', '123', '💳', '名前', '\ud800', '\0']) expect(isSecret(name)).toBe(false);
  });

  const style = fc.constantFrom<(words: readonly string[]) => string>(
    (words) => words.join('_'),
    (words) => words.join('-'),
    (words) => words.join('.'),
    (words) => words.join(' '),
    (words) => words.join('_').toUpperCase(),
    (words) => words.map((word) => capital(word)).join(''),
    (words) => words.map((word, i) => (i === 0 ? word : capital(word))).join(''),
    (words) => words.map((word) => capital(word)).join('_'),
  );
  const neighbour = fc.constantFrom('user', 'old', 'http', 'my', 'backup', 'v2', 'hash');

  it('every name of the list is found in every style, in the plural, and between other words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DEFAULT_SECRET_NAMES),
        fc.array(neighbour, { maxLength: 2 }),
        fc.array(neighbour, { maxLength: 2 }),
        fc.boolean(),
        style,
        (secret, before, after, plural, write) => {
          const name = write([...before, ...`${secret}${plural ? 's' : ''}`.split(' '), ...after]);
          expect({ name, secret: isSecret(name) }).toEqual({ name, secret: true });
        },
      ),
    );
  });

  it('any name gets an answer, and the same one when asked again', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => expect(isSecret(name)).toBe(secretNames()(name))));
  });
});

describe('by option', () => {
  it('adds names in any style, with the same rules', () => {
    const more = secretNames({ add: ['taxId', 'diagnosis', 'home_address_2', 'access class'] });
    for (const name of [
      'tax_id',
      'TAX_IDS',
      'customerTaxId',
      'diagnosis',
      'mainDiagnosis',
      'homeAddress2',
      'accessClasses',
      'ACCESS_CLASS',
      'password',
    ]) {
      expect({ name, secret: more(name) }).toEqual({ name, secret: true });
    }
    for (const name of ['tax', 'taxable', 'id', 'homeAddress', 'homeAddress1', 'home_address_22']) {
      expect({ name, secret: more(name) }).toEqual({ name, secret: false });
    }
  });

  it('takes a name off the list, in any style, singular or plural', () => {
    for (const remove of [['api key'], ['apiKey'], ['API_KEYS'], ['apikeys']]) {
      const fewer = secretNames({ remove });
      for (const name of ['apiKey', 'api_key_id', 'apikey', 'stripeApiKeys']) expect(fewer(name)).toBe(false);
      expect(fewer('accessKey')).toBe(true);
    }
  });

  it('spares a single column without taking its word off the list', () => {
    const fewer = secretNames({ remove: ['tokenType', 'passwordChangedAt'] });
    for (const name of ['tokenType', 'token_type', 'passwordChangedAt']) expect(fewer(name)).toBe(false);
    for (const name of ['token', 'tokenTypeSecret', 'password', 'passwordChanged']) expect(fewer(name)).toBe(true);
  });

  it('uses the given names alone', () => {
    const own = secretNames({ replaceDefaults: true, add: ['diagnosis'] });
    expect(own('diagnosis')).toBe(true);
    expect(own('password')).toBe(false);
  });

  it('does not take a name without letters for a rule that matches everything', () => {
    const odd = secretNames({ replaceDefaults: true, add: ['', ' ', '_', '--'] });
    for (const name of ['', 'name', 'a_b', '_']) expect(odd(name)).toBe(false);
  });

  it('answers the ten-thousand-and-first name as well', () => {
    for (let i = 0; i < 10_050; i += 1) isSecret(`column${i}`);
    expect(isSecret('some_new_password')).toBe(true);
    expect(isSecret('some_new_column')).toBe(false);
  });
});

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
