import { ways } from './id-ways.ts'

/**
 * Every word that a page says, in Indonesian. This dictionary is the original: its shape is the type
 * that each other language must have, so that a missing phrase does not compile. Payers are "Anda".
 */
export const id = {
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'Mei', 'Jun', 'Jul', 'Agu', 'Sep', 'Okt', 'Nov', 'Des'],
  dateTime: (date: string, hour: string, minute: string) => `${date} ${hour}.${minute} WIB`,
  /** Patterns that the script fills in as well; minutes and seconds have two digits. */
  duration: { days: '{d} hari {h} jam', hours: '{h} jam {m} menit', minutes: '{m}:{s}' },

  page: {
    languageSwitch: 'Bahasa',
    thisLanguage: 'Bahasa Indonesia',
    sandbox: 'Mode uji coba: tidak ada uang sungguhan.',
    testCards: 'Lihat kartu uji',
    payThere: 'Bayar di bank atau aplikasi tiruan',
    poweredBy: 'Pembayaran diproses oleh',
    offline: 'Koneksi internet terputus. Belum ada yang dikirim. Sambungkan kembali, lalu coba lagi.',
    copy: 'Salin',
    copied: 'Tersalin',
    correctFirst: (title: string) => `Perlu diperbaiki: ${title}`,
  },

  order: {
    summary: 'Ringkasan pesanan',
    merchant: 'Toko',
    total: 'Total',
    toPay: 'Total pembayaran',
    orderId: 'No. pesanan',
    description: 'Keterangan',
    localTime: 'Waktu setempat',
    payBefore: 'Bayar sebelum',
    timeLeft: 'Sisa waktu',
    timeIsUp: 'Waktu habis',
    minutesLeft: 'Sisa waktu: {m} menit.',
    backTo: (merchant: string) => `Kembali ke ${merchant}`,
  },

  card: {
    pickerHeading: 'Pilih cara bayar',
    method: 'Kartu kredit atau debit',
    methodHint: 'Visa, Mastercard, JCB, American Express, GPN',
    heading: 'Bayar dengan kartu',
    title: (amount: string, merchant: string) => `Bayar ${amount} ke ${merchant}`,
    number: 'Nomor kartu',
    expiry: 'Masa berlaku',
    expiryHint: 'Bulan dan tahun',
    expiryPlaceholder: 'BB/TT',
    cvv: 'CVV',
    cvvHint: '3 angka di belakang kartu',
    cvvHintAmex: '4 angka di depan kartu',
    name: 'Nama pada kartu',
    pay: (amount: string) => `Bayar ${amount}`,
    busy: 'Memproses…',
    privacy: (merchant: string) => `${merchant} tidak melihat nomor kartu Anda, dan CVV tidak pernah disimpan.`,
    retype: 'Demi keamanan, nomor kartu, masa berlaku, dan CVV perlu diketik ulang.',
    errorHeading: 'Periksa kembali isian Anda',
    errorIntro: 'Belum ada uang yang ditarik.',
  },

  /** Which cards a merchant takes for an order, where it does not take all. */
  takes: {
    types: { DEBIT: 'debit', CREDIT: 'kredit', PREPAID: 'prabayar' } as Readonly<Record<string, string>>,
    only: (types: string | null, beginnings: string | null) =>
      `Pesanan ini hanya menerima kartu${types ? ` ${types}` : ''}${beginnings ? ` dengan nomor berawalan ${beginnings}` : ''}.`,
    more: (count: number) => `${count} awalan lain`,
  },

  errors: {
    number: {
      missing: 'Isi nomor kartu.',
      invalid: 'Nomor kartu tidak benar. Periksa kembali angkanya.',
      not_a_test_card: 'Mode uji coba hanya menerima kartu uji. Jangan masukkan kartu sungguhan.',
      not_allowed: 'Kartu ini tidak dapat dipakai untuk pesanan ini. Gunakan kartu lain.',
    },
    expiry: {
      missing: 'Isi masa berlaku kartu.',
      invalid: 'Tulis masa berlaku sebagai bulan/tahun, misalnya 09/33.',
      past: 'Masa berlaku kartu ini sudah lewat. Gunakan kartu lain.',
    },
    cvv: {
      missing: 'Isi CVV.',
      invalid: 'CVV terdiri dari 3 angka (American Express: 4 angka).',
    },
    name: {
      missing: 'Isi nama seperti tertera pada kartu.',
      invalid: 'Tulis nama dengan huruf saja, paling banyak 64 huruf.',
    },
    points: {
      other_card: 'Poin ini milik kartu lain. Gunakan kartu tersebut, atau hapus centangnya.',
    },
  },

  refusal: {
    heading: 'Pembayaran belum berhasil',
    noMoney: 'Tidak ada uang yang ditarik.',
    attemptsLeft: (count: number) =>
      count === 1
        ? 'Anda masih punya satu kesempatan lagi untuk pesanan ini.'
        : `Anda masih punya ${count} kesempatan lagi untuk pesanan ini.`,
    reasons: {
      do_not_honour:
        'Bank penerbit menolak pembayaran ini tanpa menyebutkan alasan. Gunakan kartu lain atau hubungi bank Anda.',
      insufficient_funds: 'Saldo atau limit kartu tidak mencukupi. Gunakan kartu lain atau tambah saldo lebih dulu.',
      expired_card: 'Bank menyatakan masa berlaku kartu sudah lewat. Periksa tanggalnya atau gunakan kartu lain.',
      invalid_csc: 'CVV tidak cocok. Periksa angka di kartu Anda, lalu coba lagi.',
      invalid_card: 'Bank tidak mengenali kartu ini. Periksa nomornya atau gunakan kartu lain.',
      not_permitted:
        'Kartu ini tidak boleh dipakai untuk pembayaran online. Aktifkan lewat bank Anda atau ganti kartu.',
      limit_exceeded: 'Pembayaran ini melewati batas transaksi kartu. Gunakan kartu lain atau hubungi bank Anda.',
      authentication_failed: 'Bank tidak dapat memastikan bahwa ini Anda. Coba lagi dan ikuti langkah dari bank Anda.',
      authentication_cancelled: 'Verifikasi di halaman bank dibatalkan. Coba lagi bila Anda siap.',
      authentication_unavailable: 'Verifikasi bank sedang tidak tersedia. Coba beberapa saat lagi atau ganti kartu.',
      issuer_unavailable: 'Bank penerbit sedang tidak dapat dihubungi. Coba beberapa saat lagi atau ganti kartu.',
      timed_out: 'Bank tidak menjawab tepat waktu, jadi pembayaran ini kami batalkan. Silakan coba lagi.',
      too_many_card:
        'Terlalu banyak pembayaran dicoba dengan kartu ini. Gunakan kartu lain, atau coba lagi beberapa saat lagi.',
      too_many_bank:
        'Terlalu banyak pembayaran dicoba dengan kartu dari bank ini. Gunakan kartu bank lain, atau coba lagi beberapa saat lagi.',
      too_many_connection:
        'Terlalu banyak pembayaran dicoba dari perangkat atau koneksi ini. Silakan coba lagi beberapa saat lagi.',
      // Of any way to pay but a card.
      way_declined:
        'Pembayaran ditolak oleh bank atau aplikasi yang Anda pilih. Coba lagi atau gunakan cara bayar lain.',
      way_insufficient_funds: 'Saldo atau limit di sana tidak mencukupi. Tambah saldo atau gunakan cara bayar lain.',
      way_cancelled:
        'Pembayaran dibatalkan di aplikasi atau halaman yang Anda pilih. Coba lagi atau gunakan cara bayar lain.',
      way_expired: 'Waktu untuk cara bayar itu sudah habis. Pilih lagi cara bayar.',
      way_unavailable: 'Cara bayar itu sedang tidak dapat dihubungi. Coba beberapa saat lagi atau gunakan cara lain.',
      way_unknown_account:
        'Akun dengan nomor atau nama itu tidak ditemukan di sana. Periksa kembali atau gunakan cara bayar lain.',
      generic: 'Pembayaran tidak dapat diproses. Coba lagi atau gunakan kartu lain.',
    },
  },

  recurring: {
    title: 'Berulang',
    units: { minute: 'menit', day: 'hari', week: 'minggu', month: 'bulan', year: 'tahun' },
    every: (interval: number, unit: string) => (interval === 1 ? `setiap ${unit}` : `setiap ${interval} ${unit}`),
    times: (count: number) => `${count} kali`,
    from: (day: string) => `mulai ${day}`,
    until: (day: string) => `sampai ${day}`,
    untilStopped: (merchant: string) => `sampai Anda meminta ${merchant} berhenti`,
    agreed: (merchant: string) => `Setelah pembayaran ini, ${merchant} menyimpan kartu ini dan menagihnya lagi:`,
    stop: (merchant: string) => `Anda dapat meminta ${merchant} menghentikannya kapan saja.`,
  },

  points: {
    tick: (worth: string, count: string, last4: string) =>
      `Bayar ${worth} dari total dengan ${count} poin kartu berakhiran ${last4}`,
    tickAny: (last4: string) => `Bayar sebagian dari total dengan poin kartu berakhiran ${last4}`,
    /** Where what the points are worth depends on how the card's number begins. */
    byNumber: (beginning: string, worth: string, count: string) => `${beginning}…: ${worth} dengan ${count} poin`,
    hint: 'Bank penerbit memotong poin dan memperhitungkannya dengan Anda. Total pesanan tetap sama.',
  },

  keepCard: {
    tick: (merchant: string) => `Simpan kartu ini di ${merchant}`,
    always: (merchant: string) => `${merchant} akan menyimpan kartu ini.`,
    hint: (merchant: string) => `Lain kali cukup ketik CVV. Anda dapat meminta ${merchant} menghapusnya kapan saja.`,
  },

  storedCard: {
    heading: 'Bayar dengan kartu tersimpan',
    card: 'Kartu tersimpan',
  },

  cvvAgain: {
    title: 'Ketik ulang CVV Anda',
    heading: 'Ketik ulang CVV Anda',
    text: 'Verifikasi bank sudah selesai, tetapi CVV tidak kami simpan. Ketik sekali lagi untuk menyelesaikan pembayaran.',
    noMoney: 'Belum ada uang yang ditarik.',
    card: 'Kartu',
  },

  authenticate: {
    otherCard: 'Gunakan kartu lain',
    title: 'Verifikasi dengan bank Anda',
    heading: 'Menghubungi bank Anda',
    text: 'Bank penerbit kartu sedang mengenali perangkat ini. Biasanya hanya beberapa detik.',
    noMoney: 'Belum ada uang yang ditarik.',
    button: 'Lanjut ke bank Anda',
    frame: 'Pemeriksaan perangkat oleh bank',
    waiting: 'Sedang menghubungi bank…',
  },

  challenge: {
    title: 'Verifikasi di halaman bank',
    heading: 'Satu langkah lagi di bank Anda',
    text: 'Bank penerbit kartu ingin memastikan bahwa ini Anda. Di halaman berikutnya, ikuti petunjuk bank, misalnya memasukkan kode OTP.',
    after: 'Setelah itu Anda kembali ke sini secara otomatis.',
    noMoney: 'Belum ada uang yang ditarik.',
    button: 'Buka halaman bank',
    waiting: 'Membuka halaman bank…',
  },

  verified: {
    headings: {
      SUCCESS: 'Bank Anda sudah selesai',
      FAILURE: 'Verifikasi tidak berhasil',
      PENDING: 'Verifikasi belum selesai',
    },
    text: (merchant: string) => `${merchant} melanjutkan pesanan Anda di halamannya sendiri.`,
    noMoney: 'Belum ada uang yang ditarik di langkah ini.',
  },

  processing: {
    title: 'Pembayaran sedang diproses',
    heading: 'Menunggu jawaban bank',
    text: 'Kami sedang menanyakan hasilnya ke bank Anda. Halaman ini berganti sendiri begitu bank menjawab.',
    once: 'Jangan membayar lagi.',
    safe: 'Anda boleh menutup halaman ini. Hasilnya tetap tercatat, dan tautan yang sama akan menunjukkannya.',
    lost: 'Koneksi terputus. Kami terus memeriksa; pembayaran Anda aman.',
    check: 'Periksa sekarang',
    waiting: 'Menunggu jawaban bank…',
  },

  paid: {
    title: (amount: string, merchant: string) => `Pembayaran berhasil: ${amount} ke ${merchant}`,
    heading: 'Pembayaran berhasil',
    thanks: (_merchant: string) => 'Terima kasih. Simpan halaman ini sebagai bukti pembayaran.',
    againHeading: 'Pesanan ini sudah dibayar',
    againText: 'Pembayaran sudah berhasil sebelumnya, mungkin di tab lain. Anda tidak ditagih dua kali.',
    details: 'Bukti pembayaran',
    amount: 'Jumlah dibayar',
    paidAt: 'Waktu bayar',
    card: 'Kartu',
    cardEnding: (brand: string, last4: string) => `${brand} berakhiran ${last4}`,
    approvalCode: 'Kode persetujuan',
    reference: 'Referensi',
    returning: (merchant: string) => `Anda kembali ke ${merchant} dalam`,
    seconds: '{s} detik',
    stay: 'Tetap di halaman ini',
    print: 'Cetak bukti',
    copyReference: 'Salin referensi',
  },

  /** What is said instead while the money is only set aside. */
  held: {
    title: (amount: string, merchant: string) => `Pembayaran disetujui: ${amount} untuk ${merchant}`,
    heading: 'Pembayaran disetujui',
    thanks: (merchant: string) =>
      `Bank Anda sudah menyisihkan uangnya, dan belum ada uang yang ditarik. ${merchant} menariknya saat mengonfirmasi pesanan; Anda tidak perlu melakukan apa-apa. Simpan halaman ini.`,
    againHeading: 'Pembayaran ini sudah disetujui',
    againText:
      'Bank sudah menyetujui pembayaran ini sebelumnya, mungkin di tab lain. Uangnya tidak disisihkan dua kali.',
    amount: 'Jumlah disisihkan',
    paidAt: 'Waktu disetujui',
  },

  closed: {
    expired: {
      title: 'Waktu pembayaran habis',
      text: (merchant: string) =>
        `Batas waktu pesanan ini sudah lewat. Buat pesanan baru di ${merchant} bila masih ingin membeli.`,
    },
    cancelled: {
      title: 'Pesanan dibatalkan',
      text: (merchant: string) => `${merchant} membatalkan pesanan ini, jadi tidak perlu dibayar lagi.`,
    },
    failed: {
      title: 'Pembayaran tidak berhasil',
      text: (merchant: string) =>
        `Semua kesempatan bayar untuk pesanan ini sudah terpakai. Buat pesanan baru di ${merchant} atau gunakan cara bayar lain.`,
    },
    released: {
      title: 'Pembayaran dibatalkan',
      text: (merchant: string) => `${merchant} membatalkan pembayaran ini setelah disetujui bank Anda.`,
    },
    partially_refunded: {
      title: 'Sebagian pembayaran dikembalikan',
      text: (merchant: string) => `${merchant} mengembalikan sebagian uang ke kartu yang membayar pesanan ini.`,
    },
    refunded: {
      title: 'Pembayaran dikembalikan',
      text: (merchant: string) => `${merchant} mengembalikan uang ke kartu yang membayar pesanan ini.`,
    },
    noMoney: 'Tidak ada uang yang ditarik.',
    returned: (amount: string) =>
      `${amount} kembali ke kartu Anda; bank mungkin perlu beberapa hari untuk menampilkannya.`,
  },

  problem: {
    unknown_link: {
      title: 'Tautan tidak ditemukan',
      text: 'Tautan pembayaran ini tidak lengkap atau salah ketik. Buka lagi dari toko atau dari pesan yang Anda terima.',
      money: 'Tidak ada uang yang ditarik lewat halaman ini.',
    },
    unavailable: {
      title: 'Layanan sedang tidak dapat dihubungi',
      text: 'Ini gangguan di pihak kami dan biasanya sebentar. Tunggu sejenak, lalu buka lagi tautan pembayaran Anda.',
      money:
        'Bila tadi sudah menekan tombol bayar, jangan membayar lagi. Tautan yang sama akan menunjukkan hasil sebenarnya.',
    },
    internal: {
      title: 'Terjadi kesalahan di pihak kami',
      text: 'Kesalahan ini sudah tercatat. Buka lagi tautan pembayaran Anda untuk melanjutkan.',
      money:
        'Bila tadi sudah menekan tombol bayar, jangan membayar lagi. Tautan yang sama akan menunjukkan hasil sebenarnya.',
    },
    too_many: {
      title: 'Terlalu banyak percobaan',
      text: 'Demi keamanan, halaman ini beristirahat sebentar. Tunggu satu menit, lalu coba lagi.',
      money: 'Percobaan terakhir tidak dikirim ke bank, jadi tidak menarik uang.',
    },
    retry: 'Coba lagi',
  },

  ways,

  acs: {
    bank: 'Simulator Bank',
    sandbox: 'Bukan bank sungguhan. Halaman ini meniru langkah 3-D Secure untuk uji coba.',
    title: 'Masukkan kode OTP',
    heading: 'Masukkan kode OTP',
    text: (last4: string) =>
      `Untuk menyetujui pembayaran dengan kartu berakhiran ${last4}, masukkan kode yang dikirim ke ponsel Anda.`,
    merchant: 'Toko',
    amount: 'Jumlah',
    card: 'Kartu',
    otp: 'Kode OTP',
    hint: (otp: string) => `Kode untuk uji coba: ${otp}`,
    wrong: (left: number) =>
      left === 1 ? 'Kode salah. Anda punya satu kesempatan lagi.' : `Kode salah. Anda punya ${left} kesempatan lagi.`,
    missing: 'Masukkan kode OTP.',
    submit: 'Setujui pembayaran',
    busy: 'Memeriksa…',
    cancel: 'Batalkan',
    returnTitle: 'Kembali ke halaman pembayaran',
    returnHeading: 'Bank selesai memeriksa',
    returnText: 'Anda akan dibawa kembali ke halaman pembayaran.',
    returnButton: 'Kembali ke pembayaran',
    methodTitle: 'Pemeriksaan perangkat',
    methodText: 'Perangkat sudah dikenali.',
    unknownTitle: 'Permintaan verifikasi tidak dikenal',
    unknownText: 'Permintaan ini tidak ada atau sudah selesai. Buka lagi tautan pembayaran Anda.',
  },

  debit: {
    sandbox: 'Bukan bank sungguhan. Halaman ini meniru penautan rekening untuk uji coba.',
    title: 'Tautkan rekening',
    heading: (bank: string) => `Tautkan rekening ${bank}`,
    text: (merchant: string) =>
      `${merchant} ingin menagih rekening Anda untuk pembelian yang Anda setujui. ${merchant} tidak melihat nomor rekening Anda.`,
    merchant: 'Toko',
    account: 'Nomor rekening',
    accountHint: 'Hanya rekening uji di bawah ini yang diterima.',
    missing: 'Isi nomor rekening.',
    unknown: 'Rekening ini bukan rekening uji. Jangan masukkan rekening sungguhan.',
    testAccounts: 'Rekening uji',
    outcome: 'Hasil',
    submit: 'Lanjutkan',
    otpTitle: 'Masukkan kode OTP',
    otpText: (mask: string) =>
      `Untuk menautkan rekening ${mask}, masukkan kode yang dikirim ke ponsel Anda. Kode berlaku lima menit.`,
    otpSubmit: 'Tautkan rekening',
    expired: 'Kode sudah tidak berlaku. Minta kode baru.',
    again: 'Kirim kode baru',
    linkedTitle: 'Rekening tertaut',
    linkedText: (mask: string, merchant: string) =>
      `Rekening ${mask} kini dapat dipakai di ${merchant}. Belum ada uang yang ditarik.`,
    failedTitle: 'Rekening tidak tertaut',
    failedText: {
      CANCELLED: 'Anda membatalkan penautan. Tidak ada uang yang ditarik.',
      OTP_BLOCKED: 'Kode salah terlalu sering. Tidak ada uang yang ditarik.',
      expired: 'Waktu untuk menautkan rekening sudah habis. Tidak ada uang yang ditarik.',
    },
    unknownTitle: 'Tautan tidak dikenal',
    unknownText: 'Tautan ini tidak ada. Mulai lagi dari toko.',
  },

  cards: {
    title: 'Kartu uji',
    heading: 'Kartu uji',
    text: 'Nomor yang diterbitkan berbagai gateway untuk uji coba. Tidak ada kartu lain yang diterima di mode uji coba.',
    caption: 'Nomor kartu uji dan hasilnya',
    number: 'Nomor',
    deck: 'Kumpulan',
    threeDs: '3-D Secure',
    outcome: 'Hasil',
    expiryHeading: 'Masa berlaku menentukan hasil',
    expiry: 'Masa berlaku',
    cvvHeading: 'CVV menentukan hasil',
    cvv: 'CVV',
    otp: (otp: string) => `Kode OTP di simulator bank: ${otp}`,
    home: 'Beranda uji coba',
  },

  home: {
    title: 'Uji coba Gerbang',
    heading: 'Gateway uji coba Anda sudah siap',
    text: 'Tempel perintah ini, buka redirecturl dari jawabannya, lalu bayar dengan kartu uji.',
    credentials: 'Kredensial',
    baseUrl: 'URL dasar',
    merchantId: 'ID merchant',
    merchantKey: 'Kunci merchant',
    firstOrder: 'Pesanan pertama',
    cards: 'Kartu uji',
    cardsText: 'Nomor mana memberi hasil apa.',
  },
}

/** What every language must be able to say. */
export type Phrases = typeof id
