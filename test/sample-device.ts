/** The device of the documented samples of direct 3-D Secure. */
export const sampleDevice = {
  ani: '1',
  aniCallType: 'ID',
  browser: 'MOZILLA',
  fingerprint: '121311',
  hostname: 'telkom',
  ipAddress: '10.14.1.2',
  mobilePhoneModel: 'ANDROID',
} as const
