# The menu, help, language, subscriptions, and what is said anywhere.

command-start = Menu utama
command-status = Permohonan saya
command-langganan = Langganan info kuota kantor
command-bahasa = Ganti bahasa / change language
command-batal = Batalkan yang sedang dikerjakan
command-help = Bantuan
command-unknown = 💡 Perintah itu tidak dikenal. Yang ada: /start, /status, /langganan, /bahasa, /batal, /help.

welcome = <b>Selamat datang di antrean paspor.</b> Di sini Anda memesan jadwal permohonan paspor di kantor imigrasi, langkah demi langkah.
welcome-name = <b>Halo, { $name }.</b> Selamat datang di antrean paspor. Di sini Anda memesan jadwal permohonan paspor di kantor imigrasi, langkah demi langkah.
welcome-operator = Bot ini dikelola oleh <b>{ $operator }</b>. Bot ini tidak menerima uang: pembayaran hanya lewat bank atau kanal resmi dengan kode bayar 15 angka.
welcome-warning = ⚠️ Waspada penipuan: petugas tidak pernah meminta transfer ke rekening pribadi, PIN, atau OTP.
home-choose = Silakan pilih:
home-draft = Permohonan Anda belum selesai (langkah { $n } dari { $of }). Jawaban Anda masih tersimpan.

help =
    <b>Cara kerja</b>

    1. Jawab beberapa pertanyaan dan kirim foto dokumen.
    2. Pilih tanggal dan jam. Tempat Anda ditahan { $hold } menit selama Anda memeriksa data.
    3. Kirim, lalu bayar dengan kode bayar dalam { $bill } menit lewat ATM, m-banking, teller bank, kantor pos, atau marketplace.
    4. Bukti dengan kode QR datang di sini. Tunjukkan di kantor imigrasi, 15 menit sebelum jadwal, dengan dokumen asli.

    Permohonan yang sudah terbayar dapat diganti jadwalnya { $moves } kali, paling lambat sehari sebelumnya (H-1).

    <b>Perintah</b>
    /start – menu utama
    /status – permohonan saya
    /langganan – kabar kuota baru
    /bahasa – ganti bahasa
    /batal – batalkan yang sedang dikerjakan

    Setiap tombol juga dapat diketik. Bot ini dikelola oleh { $operator }.

language-choose = Pilih bahasa. / Choose a language.
language-set = ✓ Bahasa: Indonesia.

lost-dialogue = ⚠️ Maaf, isian Anda sebelumnya tidak dapat dibaca lagi, jadi kita mulai dari awal. Tempat yang sedang ditahan akan lepas sendiri; yang sudah dibayar tetap berlaku.
nothing-to-leave = Tidak ada yang perlu dibatalkan.
leaving = <b>Batalkan permohonan ini?</b> Semua jawaban dan foto dihapus, dan tempat yang ditahan dikembalikan.
draft-dropped = Permohonan dibatalkan. Jawaban Anda sudah dihapus.

subscriptions = <b>Langganan info kuota</b>
    Ketuk kantor untuk mulai atau berhenti menerima kabar saat kuota baru dibuka. Atau ketik sebagian namanya.
subscriptions-none = Anda belum berlangganan kantor mana pun.
subscriptions-mine = 🔔 Langganan Anda: <b>{ $offices }</b>
subscribe-waiting = ⏳ Sedang mencatat pilihan Anda untuk { $office }…
subscribed = 🔔 Anda akan dikabari saat { $office } membuka kuota baru. Ketik /langganan untuk mengubahnya.
unsubscribed = 🔕 Anda tidak lagi menerima kabar dari { $office }. Ketik /langganan untuk mengubahnya.

late-input = ↩️ Pesan Anda baru sampai setelah ketukan terakhir, jadi tidak dianggap sebagai jawaban. Silakan lihat pertanyaan di bawah, dan kirim lagi bila sesuai.
other-edited = 💡 Pesan yang diubah tidak dibaca ulang. Silakan kirim jawabannya sebagai pesan baru.
other-video = 💡 Video tidak diperlukan di sini. Silakan ikuti petunjuk di bawah.
other-voice = 💡 Pesan suara belum dapat dipahami. Silakan ketik jawabannya.
other-sticker = 💡 Stikernya bagus! Tetapi jawaban perlu diketuk atau diketik.
other-contact = 💡 Kontak tidak diperlukan di sini. Silakan ikuti petunjuk di bawah.
other-location = 💡 Lokasi tidak diperlukan. Untuk kantor, ketik sebagian nama atau kotanya.
other-unknown = 💡 Jenis pesan ini tidak dikenal. Silakan ketuk tombol atau ketik jawabannya.
