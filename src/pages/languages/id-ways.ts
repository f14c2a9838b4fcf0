/** What the pages say of ways to pay other than cards, in Indonesian; a part of the dictionary. */
export const ways = {
  picker: {
    heading: 'Pilih cara bayar',
    remembered: 'Terakhir Anda pakai',
    others: 'Cara bayar lain',
    more: (count: number) => `dan ${count} lainnya`,
    goOn: (method: string) => `Lanjut dengan ${method}`,
    busy: 'Memproses…',
    errorHeadings: { missing: 'Cara bayar belum dipilih', unavailable: 'Cara bayar itu tidak tersedia' },
    errors: {
      missing: 'Pilih salah satu cara bayar di bawah ini.',
      unavailable: 'Untuk pesanan ini cara bayar itu sedang tidak dapat dipakai. Pilih cara lain.',
    },
    families: {
      'virtual-account': 'Virtual account bank',
      qris: 'QRIS',
      wallet: 'Dompet digital',
      paycode: 'Minimarket dan gerai',
      card: 'Kartu',
      paylater: 'Bayar nanti (paylater)',
      'internet-banking': 'Internet banking',
      'direct-debit': 'Debit langsung',
      'cross-border-qr': 'QR dari luar negeri',
    },
    /** Said beside a family that has one method, whose name alone may not tell what it is. */
    hints: {
      'virtual-account': 'Transfer lewat ATM, mobile banking, atau internet banking',
      qris: 'Pindai dengan aplikasi bank atau dompet digital apa pun',
      wallet: 'Bayar dengan saldo dompet digital',
      paycode: 'Bayar tunai di kasir dengan kode bayar',
      card: 'Visa, Mastercard, JCB, American Express, GPN',
      paylater: 'Bayar belakangan atau dengan cicilan',
      'internet-banking': 'Masuk ke internet banking Anda',
      'direct-debit': 'Langsung dari rekening Anda',
      'cross-border-qr': 'Pindai dengan aplikasi dari luar Indonesia',
    },
  },

  /** The payer's name at a method. */
  account: {
    phone: {
      asked: 'Perlu nomor ponsel',
      label: (method: string) => `Nomor ponsel yang terdaftar di ${method}`,
      hint: 'Diawali 08, misalnya 081200000000',
      missing: 'Isi nomor ponsel.',
      invalid: 'Nomor ponsel tidak benar. Tulis dengan awalan 08, 10 sampai 13 angka.',
    },
    cashtag: {
      asked: 'Perlu $cashtag',
      label: (method: string) => `$Cashtag Anda di ${method}`,
      hint: 'Diawali tanda $, misalnya $siti',
      missing: 'Isi $cashtag.',
      invalid: 'Tulis $cashtag dengan tanda $ lalu huruf dan angka saja.',
    },
  },

  waiting: {
    title: (amount: string, merchant: string, method: string) => `Bayar ${amount} ke ${merchant} lewat ${method}`,
    amount: 'Jumlah tepat',
    exact: 'Bayar persis sejumlah ini; jumlah lain dapat ditolak.',
    copyAmount: 'Salin jumlah',
    notYet: 'Pembayaran belum kami terima.',
    byItself:
      'Halaman ini berganti sendiri begitu pembayaran masuk. Anda boleh menutupnya; tautan yang sama tetap berlaku.',
    check: 'Periksa lagi',
    change: 'Ganti cara bayar',
    changing: 'Membatalkan…',
    changeHint: 'Jangan ganti bila Anda sudah membayar.',
    print: 'Cetak',
    how: 'Cara membayar',
  },

  code: {
    heading: (method: string) => `Bayar lewat ${method}`,
    number: 'Nomor virtual account',
    payCode: 'Kode bayar',
    copyNumber: 'Salin nomor',
    copyPayCode: 'Salin kode',
    bank: 'Bank',
    counter: 'Dibayar di',
  },

  qr: {
    heading: (method: string) => `Pindai untuk membayar dengan ${method}`,
    text: 'Pindai kode ini dengan aplikasi di ponsel. Bila halaman ini terbuka di ponsel yang sama, simpan gambarnya lalu pilih dari galeri di aplikasi.',
    picture: (method: string, amount: string, merchant: string) =>
      `Kode ${method} untuk membayar ${amount} ke ${merchant}`,
    save: 'Simpan gambar',
    merchant: 'Penerima',
    payload: 'Isi kode sebagai teks',
    copyPayload: 'Salin teks',
  },

  wallet: {
    heading: (method: string) => `Lanjutkan di ${method}`,
    text: (method: string) =>
      `Pembayaran diselesaikan di ${method}. Setelah itu Anda kembali ke sini untuk melihat hasilnya.`,
    open: (method: string) => `Buka ${method}`,
    pushed: (method: string, phone: string) =>
      `Permintaan pembayaran sudah dikirim ke ${method} di nomor ${phone}. Buka aplikasinya lalu setujui pembayaran.`,
  },

  paid: {
    method: 'Dibayar lewat',
    code: 'Nomor pembayaran',
    bankReference: 'Referensi bank',
  },

  /** Instead of what is said of the card, where the money goes back elsewhere. */
  refunded: {
    partially_refunded: (merchant: string) => `${merchant} mengembalikan sebagian uang pembayaran pesanan ini.`,
    refunded: (merchant: string) => `${merchant} mengembalikan uang pembayaran pesanan ini.`,
    returned: (amount: string) => `${amount} kembali kepada Anda; mungkin perlu beberapa hari sampai terlihat.`,
  },
}
