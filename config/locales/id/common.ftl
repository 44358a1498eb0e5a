# Dates, buttons, short answers. Buttons and toasts know no HTML.

language-name = Bahasa Indonesia

months = Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember
months-short = Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des
weekdays = Senin Selasa Rabu Kamis Jumat Sabtu Minggu
weekdays-short = Sen Sel Rab Kam Jum Sab Min
weekdays-letters = Sn Sl Rb Km Jm Sb Mg
date-long = { $weekday }, { $day } { $month } { $year }
date-short = { $weekday } { $day } { $month }
clock = { $hour }.{ $minute }

button-home = 🏠 Menu utama
button-book = 📝 Ajukan paspor
button-continue = ▶️ Lanjutkan permohonan
button-anew = 🆕 Mulai dari awal
button-bookings = 📋 Permohonan saya
button-subscriptions = 🔔 Langganan info kuota
button-language = 🌐 Bahasa / Language
button-help = ❓ Bantuan
button-back = ‹ Kembali
button-leave = ✖ Batal
button-keep = Lanjut ›
button-leave-yes = Ya, batalkan permohonan
button-leave-no = Tidak, lanjutkan
button-page-before = ‹ Sebelumnya
button-page-after = Berikutnya ›
button-never-sure = Ya, saya belum pernah punya
button-had-one = Saya pernah punya paspor
button-number-unknown = Saya tidak ingat nomornya
button-doubt-right = Sudah benar, lanjutkan
button-doubt-birth = Perbaiki tanggal lahir
button-doubt-nik = Perbaiki NIK
button-doubt-age = Perbaiki pilihan dewasa/anak
button-edit = ✏️ { $title }
button-submit = ✅ Kirim dan minta kode bayar
button-other-office = 🏢 Pilih kantor lain
button-open = Lihat permohonan ini
button-again = 🔁 Ajukan lagi
button-copy-code = 📋 Salin kode bayar
button-refresh = 🔄 Perbarui
button-cancel-booking = ✖ Batalkan permohonan ini
button-cancel-yes = Ya, batalkan
button-cancel-no = Tidak, biarkan
button-proof = 🎫 Tampilkan bukti
button-move = 📅 Ganti jadwal
button-move-yes = Ya, ganti jadwal

apology = ⏳ Saat ini kami belum dapat menerima pesan Anda. Tidak ada yang hilang: pesan Anda tersimpan dan dijawab begitu kami bisa, biasanya dalam beberapa menit. Tidak perlu mengirim ulang.
toast-not-yours = Tombol ini milik orang lain. Tekan /start di obrolan Anda sendiri untuk memulai.
toast-stale = Tombol ini dari layar lama. Silakan pakai layar terbaru.
toast-unknown = Tombol ini tidak dikenali. Silakan pakai layar terbaru.
toast-refreshed = Ini status terbaru.

hint-service = 💡 Ketuk salah satu layanan, atau ketik nomornya.
hint-age = 💡 Ketuk Dewasa atau Anak, atau ketik 1 atau 2.
hint-office = 💡 Ketuk salah satu kantor, atau ketik sebagian nama atau kotanya.
hint-passport = 💡 Ketuk salah satu paspor, atau ketik nomornya.
hint-purpose = 💡 Ketuk salah satu tujuan, atau ketik nomornya.
hint-earlier = 💡 Ketuk salah satu jawaban, atau ketik nomornya.
hint-never-doubt = 💡 Ketuk salah satu jawaban, atau ketik nomornya.
hint-number = 💡 Nomor paspor terdiri dari 1–2 huruf dan 6–7 angka, misalnya A1234567. Ketik ulang, ya.
hint-name = 💡 Nama terdiri dari huruf saja, 2–100 karakter. Ketik seperti di kartu identitas.
hint-nik = 💡 Ketik 16 angka NIK.
hint-birth = 💡 Ketik tanggal lahir, misalnya 12-08-1990 atau 12 Agustus 1990.
hint-doubt = 💡 Ketuk salah satu jawaban, atau ketik nomornya.
hint-ektp = 💡 Kirim foto lewat tombol lampiran (📎).
hint-kk = 💡 Kirim foto lewat tombol lampiran (📎).
hint-old-passport = 💡 Kirim foto lewat tombol lampiran (📎).
hint-date = 💡 Ketuk hari bertanda 🟢, atau ketik tanggalnya, misalnya 1 Desember.
hint-hour = 💡 Ketuk salah satu jam, atau ketik jamnya, misalnya 9 atau 09.00.
hint-review = 💡 Ketuk Kirim bila semua benar, atau bagian yang ingin diperbaiki.
hint-moving = 💡 Ketuk pilihan yang ada, atau ketik tanggal (1 Desember) atau jamnya (9).
hint-waiting = ⏳ Permintaan Anda sedang diproses. Layar ini berganti sendiri sebentar lagi.
hint-buttons = 💡 Silakan pakai tombol di bawah, atau ketik /start untuk menu utama.

screen-too-long = Layar ini melebihi { $max } karakter dan tidak dapat ditampilkan. Ketik /start untuk menu utama.
