import type { Language } from '../pages/language.ts'

/** What the simulated banks, counters and wallets say. */
const id = {
  strip: 'Bukan bank atau dompet sungguhan. Halaman ini meniru pihak lain untuk uji coba.',
  bank: 'Simulator ATM & konter',
  wallet: (name: string) => `${name} (simulator)`,
  scanner: 'Simulator aplikasi QR',
  phone: 'Simulator ponsel',
  busy: 'Memproses…',
  home: 'Beranda sandbox',
  others: 'Pihak lain, disimulasikan',
  othersText: 'Bayar virtual account dan kode bayar di bank atau konter, pindai QR, atau buka aplikasi dompet.',
  errorHeading: 'Periksa isian Anda',

  lookUp: {
    title: 'Bayar di bank atau konter',
    text: 'Pilih bank atau konter, lalu ketik nomor virtual account atau kode bayar pesanan.',
    channel: 'Bank atau konter',
    choose: 'Pilih…',
    banks: 'Bank',
    counters: 'Konter',
    code: 'Nomor virtual account atau kode bayar',
    submit: 'Lihat tagihan',
    again: 'Nomor lain',
    noChannel: 'Pilih bank atau konter.',
    noCode: 'Ketik nomornya, angka saja.',
  },

  screen: {
    heading: 'Di layar ATM atau kasir',
    merchant: 'Penerima',
    customer: 'Pelanggan',
    description: 'Keterangan',
    orderId: 'No. pesanan',
    number: 'Nomor',
    amount: 'Tagihan',
    anyAmount: 'berapa pun',
    pay: (amount: string) => `Bayar ${amount}`,
    otherHeading: 'Jumlah lain',
    other: 'Jumlah (rupiah)',
    otherHint: 'Hanya jumlah yang persis sama yang diterima.',
    payOther: 'Bayar jumlah ini',
    badAmount: 'Ketik jumlah dalam rupiah, angka saja.',
    wrongAmount: (amount: string) => `Ditolak: jumlahnya harus tepat ${amount}. Tidak ada uang yang dipindahkan.`,
    allTheSame: 'Uangnya tetap datang',
    allTheSameText:
      'Bank seharusnya menolak, tetapi pada kenyataannya uang kadang tetap datang: terlambat, dua kali, atau dengan jumlah yang salah. Lihat apakah uang itu disimpan atau dikembalikan.',
    force: 'Tetap kirim uangnya',
  },

  refused: {
    unknown_number: {
      title: 'Nomor tidak dikenal',
      text: 'Tidak ada tagihan dengan nomor ini di bank atau konter yang dipilih.',
    },
    expired: { title: 'Tagihan sudah kedaluwarsa', text: 'Waktu untuk membayar sudah habis.' },
    paid_already: { title: 'Tagihan sudah dibayar', text: 'Tagihan ini tidak dapat dibayar lagi.' },
    being_paid: { title: 'Tagihan sedang dibayar', text: 'Pembayaran lain untuk tagihan ini sedang diproses.' },
    cancelled: { title: 'Tagihan dibatalkan', text: 'Penjual membatalkan tagihan ini.' },
    failed: { title: 'Tagihan ditutup', text: 'Semua kesempatan untuk membayar sudah habis.' },
  },

  session: {
    title: (amount: string, merchant: string) => `Bayar ${amount} ke ${merchant}`,
    text: (wallet: string) => `${wallet} bertanya kepada Anda:`,
    wallet: 'Dibayar dengan',
    confirm: (amount: string) => `Konfirmasi, bayar ${amount}`,
    decline: 'Tolak (saldo kurang)',
    close: 'Tutup tanpa membayar',
    paid: 'Pembayaran berhasil',
    paidText: 'Uang sudah diterima penjual.',
    declined: 'Pembayaran ditolak',
    declinedText: 'Tidak ada uang yang dipindahkan. Anda boleh mencoba lagi.',
    retry: 'Coba lagi',
    receipt: 'Lihat bukti',
    back: (merchant: string) => `Kembali ke halaman pembayaran ${merchant}`,
    notHere: {
      title: 'Tidak ada sesi',
      text: 'Pesanan ini dibayar dengan cara lain, jadi tidak ada yang dapat dikonfirmasi di sini.',
    },
    unknown: {
      title: 'Sesi tidak dikenal',
      text: 'Tautan ini tidak lengkap atau salah ketik. Buka lagi dari halaman pembayaran.',
    },
    open: {
      title: 'Buka aplikasi dompet',
      text: 'Dompet seperti OVO bertanya langsung di ponsel pembayar. Tempel tautan halaman pembayaran untuk melihat apa yang ditanyakan.',
      link: 'Tautan halaman pembayaran',
      invalid: 'Tempel tautan halaman pembayaran yang diakhiri 64 angka heksadesimal.',
      submit: 'Buka aplikasi',
    },
  },

  scan: {
    title: 'Pindai kode QR',
    text: 'Tempel teks dari gambar QR untuk melihat apa yang ditampilkan aplikasi dompet.',
    payload: 'Teks kode QR',
    submit: 'Pindai',
    again: 'Kode lain',
    missing: 'Tempel teks kode QR.',
    faults: {
      not_a_qr: 'Ini bukan teks kode QR pembayaran.',
      wrong_checksum: 'Kode ini berubah atau terbaca salah: angka periksanya tidak cocok.',
      not_qris: 'Ini bukan kode QRIS yang sah.',
      other_acquirer: 'Ini QRIS milik penyelenggara lain.',
      no_order: 'Kode ini tidak menunjuk ke satu tagihan.',
      unknown_order: 'Tidak ada tagihan untuk kode ini.',
    },
  },

  receipt: {
    title: { kept: 'Uang diterima', returning: 'Uang dikembalikan', returned: 'Uang dikembalikan' },
    kept: 'Uang ini membayar pesanan.',
    returning: 'Uang ini tidak disimpan dan sedang dikembalikan kepada pembayar.',
    returned: 'Uang ini sudah kembali kepada pembayar.',
    reasons: {
      wrong_amount: 'Jumlahnya tidak sama dengan tagihan.',
      paid_already: 'Pesanan sudah dibayar.',
      being_paid: 'Pesanan sedang dibayar dengan cara lain.',
      number_ended: 'Nomor itu sudah tidak berlaku.',
      late: 'Uang datang setelah waktunya habis, dan penjual tidak menyimpan uang yang terlambat.',
      cancelled: 'Penjual sudah membatalkan pesanan.',
      failed: 'Pesanan sudah gagal.',
      withdrawn: 'Bank menarik kembali pembayaran ini.',
    },
    channel: 'Dibayar lewat',
    reference: 'Referensi bank',
    withdrawHeading: 'Pembalikan oleh bank',
    withdrawText: 'Pada hari yang sama bank dapat menarik kembali pembayaran, selama penjual belum mengembalikannya.',
    withdraw: 'Bank menarik kembali uangnya',
    refusals: {
      not_kept: 'Bank tidak dapat menarik uang ini: uang ini tidak membayar pesanan.',
      given_back: 'Bank tidak dapat menarik uang ini: penjual sudah mengembalikannya, sebagian atau seluruhnya.',
      too_late: 'Bank tidak dapat menarik uang ini: hari pembayarannya sudah lewat.',
    },
    unknown: { title: 'Bukti tidak ditemukan', text: 'Tidak ada pembayaran dengan alamat ini.' },
  },

  problem: {
    foreign_page: { title: 'Formulir dari situs lain', text: 'Buka halaman ini sendiri, lalu coba lagi.' },
    unavailable: {
      title: 'Belum dapat disampaikan',
      text: 'Layanan tidak dapat dihubungi. Uang yang sudah diambil akan dilaporkan lagi dengan sendirinya; jangan bayar lagi.',
    },
    unreadable: { title: 'Formulir tidak terbaca', text: 'Buka halaman ini lagi, lalu coba lagi.' },
    internal: { title: 'Ada kesalahan di pihak kami', text: 'Kesalahan ini sudah dicatat. Coba lagi nanti.' },
  },
}

/** Words of the dictionary, whatever the language. */
type Texts = typeof id

const en: Texts = {
  strip: 'Not a real bank or wallet. This page imitates the other side for testing.',
  bank: 'ATM & counter simulator',
  wallet: (name) => `${name} (simulator)`,
  scanner: 'QR app simulator',
  phone: 'Phone simulator',
  busy: 'Processing…',
  home: 'Sandbox home',
  others: 'The other side, simulated',
  othersText: 'Pay virtual accounts and payment codes at a bank or counter, scan a QR code, or open a wallet app.',
  errorHeading: 'Please check what you entered',

  lookUp: {
    title: 'Pay at a bank or counter',
    text: 'Choose a bank or counter, then type the order’s virtual account number or payment code.',
    channel: 'Bank or counter',
    choose: 'Choose…',
    banks: 'Banks',
    counters: 'Counters',
    code: 'Virtual account number or payment code',
    submit: 'Look up',
    again: 'Another number',
    noChannel: 'Choose a bank or counter.',
    noCode: 'Type the number, digits only.',
  },

  screen: {
    heading: 'On the screen of the ATM or till',
    merchant: 'Payee',
    customer: 'Customer',
    description: 'Description',
    orderId: 'Order no.',
    number: 'Number',
    amount: 'Amount due',
    anyAmount: 'any amount',
    pay: (amount) => `Pay ${amount}`,
    otherHeading: 'Another amount',
    other: 'Amount (rupiah)',
    otherHint: 'Only the exact amount is accepted.',
    payOther: 'Pay this amount',
    badAmount: 'Type the amount in rupiah, digits only.',
    wrongAmount: (amount) => `Refused: the amount has to be exactly ${amount}. No money was moved.`,
    allTheSame: 'The money comes all the same',
    allTheSameText:
      'The bank should refuse, but in reality money sometimes comes all the same: late, twice, or the wrong amount. See whether it is kept or returned.',
    force: 'Send the money anyway',
  },

  refused: {
    unknown_number: {
      title: 'Unknown number',
      text: 'There is no bill under this number at the chosen bank or counter.',
    },
    expired: { title: 'The bill has expired', text: 'The time to pay is over.' },
    paid_already: { title: 'The bill is already paid', text: 'This bill cannot be paid again.' },
    being_paid: { title: 'The bill is being paid', text: 'Another payment for this bill is under way.' },
    cancelled: { title: 'The bill was cancelled', text: 'The merchant cancelled this bill.' },
    failed: { title: 'The bill is closed', text: 'All tries to pay have been used.' },
  },

  session: {
    title: (amount, merchant) => `Pay ${amount} to ${merchant}`,
    text: (wallet) => `${wallet} asks you:`,
    wallet: 'Paid with',
    confirm: (amount) => `Confirm and pay ${amount}`,
    decline: 'Decline (balance too low)',
    close: 'Close without paying',
    paid: 'Payment successful',
    paidText: 'The merchant has received the money.',
    declined: 'Payment declined',
    declinedText: 'No money was moved. You may try again.',
    retry: 'Try again',
    receipt: 'See the receipt',
    back: (merchant) => `Back to the payment page of ${merchant}`,
    notHere: {
      title: 'No session',
      text: 'This order is paid in another way, so there is nothing to confirm here.',
    },
    unknown: {
      title: 'Unknown session',
      text: 'This link is incomplete or mistyped. Open it again from the payment page.',
    },
    open: {
      title: 'Open a wallet app',
      text: 'Wallets like OVO ask on the payer’s own phone. Paste the link of the payment page to see what is asked.',
      link: 'Link of the payment page',
      invalid: 'Paste the link of a payment page, which ends in 64 hexadecimal digits.',
      submit: 'Open the app',
    },
  },

  scan: {
    title: 'Scan a QR code',
    text: 'Paste the text of the QR picture to see what a wallet app shows.',
    payload: 'Text of the QR code',
    submit: 'Scan',
    again: 'Another code',
    missing: 'Paste the text of a QR code.',
    faults: {
      not_a_qr: 'This is not the text of a payment QR code.',
      wrong_checksum: 'This code was changed or misread: its check digits do not match.',
      not_qris: 'This is not a valid QRIS code.',
      other_acquirer: 'This QRIS code is another acquirer’s.',
      no_order: 'This code does not point to one bill.',
      unknown_order: 'There is no bill for this code.',
    },
  },

  receipt: {
    title: { kept: 'Money received', returning: 'Money returned', returned: 'Money returned' },
    kept: 'This money pays the order.',
    returning: 'This money is not kept and is on its way back to the payer.',
    returned: 'This money is the payer’s again.',
    reasons: {
      wrong_amount: 'The amount is not that of the bill.',
      paid_already: 'The order was paid already.',
      being_paid: 'The order is being paid in another way.',
      number_ended: 'That number is no longer in use.',
      late: 'It came after the time to pay, and the merchant does not keep late money.',
      cancelled: 'The merchant had cancelled the order.',
      failed: 'The order had failed.',
      withdrawn: 'The bank took this payment back.',
    },
    channel: 'Paid by',
    reference: 'Bank reference',
    withdrawHeading: 'Reversal by the bank',
    withdrawText: 'On the same day a bank can take a payment back, as long as the merchant has not refunded any of it.',
    withdraw: 'The bank takes the money back',
    refusals: {
      not_kept: 'The bank cannot take this money back: it pays no order.',
      given_back: 'The bank cannot take this money back: the merchant has refunded part or all of it.',
      too_late: 'The bank cannot take this money back: the day of the payment is over.',
    },
    unknown: { title: 'Receipt not found', text: 'There is no payment at this address.' },
  },

  problem: {
    foreign_page: { title: 'A form of another site', text: 'Open this page yourself, then try again.' },
    unavailable: {
      title: 'Not delivered yet',
      text: 'The service cannot be reached. Money that was taken is reported again by itself; do not pay again.',
    },
    unreadable: { title: 'The form cannot be read', text: 'Open this page again, then try again.' },
    internal: { title: 'Something went wrong on our side', text: 'The fault has been recorded. Try again later.' },
  },
}

const dictionaries: Readonly<Record<Language, Texts>> = { id, en }

export function providerTexts(language: Language): Texts {
  return dictionaries[language]
}
